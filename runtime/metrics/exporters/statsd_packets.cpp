#include "runtime/metrics/exporters/statsd_packets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "runtime/metrics/exporters/plain_name.hpp"
#include "runtime/metrics/exporters/series_text.hpp"

namespace tempest::metrics {
namespace {

constexpr std::uint64_t samples_at_most = 40; // of a histogram in a flush, about
constexpr std::string_view seconds_word = "_seconds";

// A sample rate, of which the daemon reads digits and a point alone.
std::string rate_of(std::uint64_t stands_for) {
  if (stands_for == 1) return {};
  constexpr int digits = 12; // that count
  const double rate = 1.0 / static_cast<double>(stands_for);
  return fmt::format("|@{:.{}f}", rate, digits - static_cast<int>(std::floor(std::log10(rate))));
}

} // namespace

// Puts lines into datagrams.
class statsd_packets::writer {
 public:
  explicit writer(statsd_packets& home) : home_(home) {}

  void add(const prometheus::MetricFamily& family, const prometheus::ClientMetric& one) {
    series_ = series_text(family.name, one);
    labels_ = labels_of(one);
    if (family.type == prometheus::MetricType::Counter) {
      add_counter(family.name, one.counter.value);
    } else if (family.type == prometheus::MetricType::Gauge) {
      add_gauge(family.name, one.gauge.value);
    } else {
      add_histogram(family.name, counts_of(one.histogram));
    }
  }
  std::vector<packet> take() { return std::move(packets_); }

 private:
  [[nodiscard]] const last* before() const {
    const auto at = home_.told_.find(series_);
    return at == home_.told_.end() ? nullptr : &at->second;
  }

  // Behind the name, or behind the line.
  [[nodiscard]] std::string labels_of(const prometheus::ClientMetric& one) const {
    if (!home_.form_.tags) return labels_in_name(one, home_.form_.instance);
    std::string made = "|#";
    const auto tag = [&](std::string_view name, std::string_view value) {
      made += fmt::format("{}{}:{}", made.size() > 2 ? "," : "", name, without(value, ",|#"));
    };
    for (const prometheus::ClientMetric::Label& label : one.label) tag(label.name, label.value);
    tag("instance", home_.form_.instance);
    return made;
  }

  [[nodiscard]] std::string line(std::string_view name, double value, std::string_view type,
                                 std::uint64_t stands_for = 1) const {
    const bool tags = home_.form_.tags;
    return fmt::format("{}{}:{}|{}{}{}", prefixed(home_.form_.prefix, ".", name),
                       tags ? "" : labels_, value, type, rate_of(stands_for), tags ? labels_ : "");
  }

  void add_counter(std::string_view name, double value) {
    if (!std::isfinite(value)) return; // a sum beyond all numbers
    const last* const known = before();
    const double grown = value - (known == nullptr ? 0 : known->counter);
    if (grown <= 0) return;
    put(line(name, grown, "c"), told{.series = series_, .counter = value});
  }

  // To statsd a sign means a change: what is below zero starts from zero.
  void add_gauge(std::string_view name, double value) {
    if (!std::isfinite(value)) return;
    std::string text = line(name, value, "g");
    if (value < 0) text = line(name, 0, "g") + '\n' + text;
    put(std::move(text), std::nullopt);
  }

  void add_histogram(const std::string& name, const bucket_counts& now) {
    bucket_counts news = now;
    if (const last* const known = before(); known != nullptr) {
      for (std::size_t i = 0; i < news.counts.size(); ++i) news.counts[i] -= known->counts[i];
      news.sum -= known->sum;
      news.total = 0;
      for (const std::uint64_t count : news.counts) news.total += count;
    }
    if (news.total == 0) return;
    const bool seconds = name.ends_with(seconds_word);
    const std::string shown =
        seconds ? name.substr(0, name.size() - seconds_word.size()) + "_ms" : name;
    const std::vector<double> middles = representatives(news);
    for (std::size_t i = 0; i < news.counts.size(); ++i) {
      const double value = seconds ? middles[i] * 1e3 : middles[i];
      for (const std::uint64_t part : parts_of(news.counts[i], news.total)) {
        put(line(shown, value, "ms", part), told{.series = series_,
                                                 .bucket = i,
                                                 .number = part,
                                                 .sum = middles[i] * static_cast<double>(part)});
      }
    }
  }

  // How many observations each sample of a bucket stands for: those of all buckets for about as
  // many, so that also who counts samples alone finds the right quantiles.
  static std::vector<std::uint64_t> parts_of(std::uint64_t count, std::uint64_t total) {
    if (count == 0) return {};
    const std::uint64_t wanted = std::min(total, samples_at_most);
    const double share = static_cast<double>(count) / static_cast<double>(total);
    const auto samples = std::clamp<std::uint64_t>(
        static_cast<std::uint64_t>(std::llround(share * static_cast<double>(wanted))), 1, count);
    std::vector<std::uint64_t> made(samples, count / samples);
    for (std::uint64_t i = 0; i < count % samples; ++i) ++made[i];
    return made;
  }

  void put(std::string text, std::optional<told> tells) {
    const std::size_t most = home_.form_.max_datagram_bytes;
    if (text.size() > most) {
      if (home_.too_long_.empty()) home_.too_long_ = std::move(text);
      return;
    }
    if (packets_.empty() || packets_.back().bytes.size() + 1 + text.size() > most) {
      packets_.emplace_back();
    }
    packet& into = packets_.back();
    if (!into.bytes.empty()) into.bytes += '\n';
    into.bytes += text;
    if (tells) into.tells.push_back(std::move(*tells));
  }

  statsd_packets& home_;
  std::string series_;
  std::string labels_;
  std::vector<packet> packets_;
};

std::vector<statsd_packets::packet> statsd_packets::next(const families& now) {
  writer made(*this);
  for (const prometheus::MetricFamily& family : now) {
    for (const prometheus::ClientMetric& one : family.metric) {
      if (family.type == prometheus::MetricType::Histogram) {
        // All buckets are known from the start: only what was told of them changes.
        last& known = told_[series_text(family.name, one)];
        known.counts.resize(one.histogram.bucket.size());
      }
      made.add(family, one);
    }
  }
  return made.take();
}

void statsd_packets::sent(const packet& one) {
  for (const told& each : one.tells) {
    last& known = told_[each.series];
    if (each.number == 0) {
      known.counter = each.counter;
      continue;
    }
    known.counts.at(each.bucket) += each.number;
    known.sum += each.sum;
  }
}

} // namespace tempest::metrics
