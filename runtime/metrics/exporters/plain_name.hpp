// Names of series for backends that have a shape of their own for them. Pure.
#pragma once

#include <prometheus/client_metric.h>

#include <string>
#include <string_view>

namespace tempest::metrics {

// `text` with each character that is in `refused`, a space or a control character made `_`.
[[nodiscard]] std::string without(std::string_view text, std::string_view refused);

// Labels as parts of a name: ".topology.shop.task.split.instance.web-0". Of a value what is no
// letter, digit, - or _ becomes _, and an empty one is `_`.
[[nodiscard]] std::string labels_in_name(const prometheus::ClientMetric& of,
                                         const std::string& instance);

} // namespace tempest::metrics
