#include "runtime/metrics/exporters/prometheus_push.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <prometheus/metric_family.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <string_view>
#include <utility>

#include "runtime/base/base64.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/metrics/exporters/series_text.hpp"
#include "runtime/metrics/exposition.hpp"

// Of prometheus-cpp's own client nothing is used: it has no time limit, and does not escape.

namespace tempest::metrics {
namespace {

constexpr std::size_t answer_read_at_most = 1'024; // of which people see a line

template <auto Free>
struct freed_by {
  template <typename T>
  void operator()(T* one) const {
    Free(one);
  }
};
using url_handle = std::unique_ptr<CURLU, freed_by<curl_url_cleanup>>;
using curl_text = std::unique_ptr<char, freed_by<curl_free>>;

// A part of it; empty when it has none.
std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  return curl_text(text).get();
}

// Empty when it is none.
url_handle parse(const std::string& uri) {
  url_handle made(curl_url());
  if (curl_url_set(made.get(), CURLUPART_URL, uri.c_str(), 0) != CURLUE_OK) made.reset();
  return made;
}

bool may_stand_in_path(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// "/job/NAME", or "/job@base64/TmFtZQ==".
std::string grouping(std::string_view label, const std::string& name) {
  if (may_stand_in_path(name)) return fmt::format("/{}/{}", label, name);
  std::string coded = base::base64(name);
  std::replace(coded.begin(), coded.end(), '+', '-');
  std::replace(coded.begin(), coded.end(), '/', '_');
  return fmt::format("/{}@base64/{}", label, coded.empty() ? "=" : coded);
}

// Without what is secret of it.
std::string place_of(const std::string& uri) {
  const url_handle url = parse(uri);
  if (!url) return "its uri";
  curl_url_set(url.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_PASSWORD, nullptr, 0);
  return part_of(url.get(), CURLUPART_URL);
}

void require_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

// One request after the other, over a connection that stays.
class put_client {
 public:
  put_client() {
    require_curl();
    multi_ = curl_multi_init();
    easy_ = curl_easy_init();
    type_ = curl_slist_append(type_, fmt::format("Content-Type: {}", exposition_type).c_str());
    type_ = curl_slist_append(type_, "Expect:"); // no question before: the body is small
    if (multi_ == nullptr || easy_ == nullptr || type_ == nullptr) refuse("no memory");
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, "PUT");
    curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L); // does not wait for a name server
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, type_);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &put_client::keep);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &answer_);
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_.data());
  }
  ~put_client() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
    curl_slist_free_all(type_);
  }
  put_client(const put_client&) = delete;
  put_client& operator=(const put_client&) = delete;

  // Throws base::failure unless the answer is a yes.
  void put(const std::string& url, const std::string& body, const patience& within) {
    answer_.clear();
    error_.fill('\0');
    curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, body.data());
    curl_multi_add_handle(multi_, easy_);
    const CURLcode how = transfer(within);
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    curl_multi_remove_handle(multi_, easy_);
    if (how == CURLE_OPERATION_TIMEDOUT) refuse("no answer in time");
    if (how != CURLE_OK) refuse(error_[0] != '\0' ? error_.data() : curl_easy_strerror(how));
    if (status / 100 == 2) return;
    const std::string said = base::one_line(answer_);
    refuse(fmt::format("it answers {}{}{}", status, said.empty() ? "" : ": ", said));
  }

 private:
  CURLcode transfer(const patience& within) {
    for (int running = 1;;) {
      curl_multi_perform(multi_, &running);
      if (running == 0) break;
      if (within.is_over()) return CURLE_OPERATION_TIMEDOUT;
      curl_multi_poll(multi_, nullptr, 0, look_at_patience_every_ms, nullptr);
    }
    int left = 0;
    const CURLMsg* const ended = curl_multi_info_read(multi_, &left);
    return ended == nullptr ? CURLE_RECV_ERROR : ended->data.result;
  }

  static std::size_t keep(const char* bytes, std::size_t size, std::size_t count, void* into) {
    auto& answer = *static_cast<std::string*>(into);
    const std::size_t room = answer_read_at_most - std::min(answer.size(), answer_read_at_most);
    answer.append(bytes, std::min(size * count, room));
    return size * count;
  }

  CURLM* multi_ = nullptr;
  CURL* easy_ = nullptr;
  curl_slist* type_ = nullptr;
  std::string answer_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

class prometheus_push_exporter final : public exporter {
 public:
  explicit prometheus_push_exporter(prometheus_push_export settings)
      : settings_(std::move(settings)),
        url_(push_url(settings_.uri, settings_.job, settings_.instance)),
        where_("the push gateway at " + place_of(settings_.uri)) {}

  [[nodiscard]] std::string where() const override { return where_; }

  void flush(const families& now, std::int64_t /*time_ms*/, const patience& within) override {
    families named = now;
    for (prometheus::MetricFamily& one : named) {
      one.name = prefixed(settings_.prefix, "_", one.name);
    }
    client_.put(url_, exposition(std::move(named)), within);
  }

 private:
  const prometheus_push_export settings_;
  const std::string url_;
  const std::string where_;
  put_client client_;
};

} // namespace

std::string push_uri_fault(const std::string& uri) {
  const url_handle url = parse(uri);
  if (!url) return "is no address";
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return "begins with neither http:// nor https://";
  const bool more = !part_of(url.get(), CURLUPART_QUERY).empty() ||
                    !part_of(url.get(), CURLUPART_FRAGMENT).empty();
  return more ? "has a part that begins with ? or #" : "";
}

std::string push_url(const std::string& uri, const std::string& job, const std::string& instance) {
  const std::string_view base = std::string_view(uri).substr(0, uri.find_last_not_of('/') + 1);
  return fmt::format("{}/metrics{}{}", base, grouping("job", job), grouping("instance", instance));
}

std::unique_ptr<exporter> make_prometheus_push_exporter(prometheus_push_export settings) {
  return std::make_unique<prometheus_push_exporter>(std::move(settings));
}

} // namespace tempest::metrics
