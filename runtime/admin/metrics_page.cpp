#include "runtime/admin/metrics_page.hpp"

#include <memory>
#include <string>

#include "runtime/base/clock.hpp"
#include "runtime/metrics/exposition.hpp"

namespace tempest::admin {
namespace {

// The page of a registry with many series takes a while to make, and health is answered on the same
// thread: however many ask, it is made for no more than a tenth of the time, and those who ask
// meanwhile get the last one.
class metrics_text {
 public:
  explicit metrics_text(const metrics::registry& shown) : shown_(shown) {}

  const std::string& now() {
    const std::int64_t start_ns = base::steady_ns();
    if (start_ns < good_until_ns_) return text_;
    text_ = metrics::exposition(shown_);
    const std::int64_t end_ns = base::steady_ns();
    good_until_ns_ = end_ns + 9 * (end_ns - start_ns);
    return text_;
  }

 private:
  const metrics::registry& shown_;
  std::string text_;
  std::int64_t good_until_ns_ = 0;
};

} // namespace

void add_metrics_page(router& to, const metrics::registry& shown) {
  to.get("/metrics", [text = std::make_shared<metrics_text>(shown)](const request&) {
    return answer{200, text->now(), {{"Content-Type", metrics::exposition_type}}};
  });
}

} // namespace tempest::admin
