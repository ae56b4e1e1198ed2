#include "runtime/metrics/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "runtime/base/log.hpp"

namespace tempest::metrics {
namespace {

constexpr std::size_t refusals_logged_at_most = 100;

bool is_name(std::string_view text) {
  const auto is_start = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto is_rest = [&](char c) { return is_start(c) || (c >= '0' && c <= '9'); };
  return !text.empty() && is_start(text.front()) &&
         std::all_of(text.begin() + 1, text.end(), is_rest);
}

const char* word(kind type) {
  switch (type) {
    case kind::counter:
      return "counter";
    case kind::gauge:
      return "gauge";
    case kind::histogram:
      return "histogram";
    case kind::none:
      break;
  }
  return "unknown kind";
}

// Why these labels (sorted) cannot be; empty when they can.
std::string fault_of(const label_set& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string& name = labels[i].name;
    if (!is_name(name)) return fmt::format("its label '{}' is not named [a-z_][a-z0-9_]*", name);
    if (name == "le") return "its label 'le' is reserved for the buckets of histograms";
    if (i > 0 && labels[i - 1].name == name) return fmt::format("it has label '{}' twice", name);
  }
  return {};
}

} // namespace

tempest_metric* registry::metric(std::string_view component, kind type, std::string_view name,
                                 std::string_view help, label_set labels) {
  std::sort(labels.begin(), labels.end());
  const family_key key{component, name};

  const std::scoped_lock lock(mutex_);
  if (type == kind::none) return refuse(key, "it has a kind that this version does not know");
  if (!is_name(name)) return refuse(key, "its name is not [a-z_][a-z0-9_]*");
  if (const std::string fault = fault_of(labels); !fault.empty()) return refuse(key, fault);

  auto found = families_.find(key);
  if (found == families_.end()) {
    if (families_.size() >= limits_.families) {
      if (!std::exchange(full_, true)) { // one line, not one for each name
        base::log(base::log_level::warn,
                  fmt::format("there are already {} metrics: new ones, from {} on, count nothing; "
                              "put what varies into a label",
                              limits_.families, name),
                  {.task = component});
      }
      return &nothing_;
    }
    found = families_.emplace(key, family{type, std::string(help), false, {}}).first;
  }
  family& home = found->second;
  if (home.type != type) {
    return refuse(key, fmt::format("it is a {} and was asked for as a {}; the latter counts "
                                   "nothing",
                                   word(home.type), word(type)));
  }
  return series_of(key, home, std::move(labels));
}

tempest_metric* registry::series_of(const family_key& key, family& home, label_set labels) {
  if (const auto known = home.series.find(labels); known != home.series.end()) {
    return &known->second;
  }
  if (home.series.size() >= limits_.series_per_family) {
    if (!std::exchange(home.overflowed, true)) {
      base::log(base::log_level::warn,
                fmt::format("metric {} has more than {} sets of labels; further ones are counted "
                            "together under overflow=\"true\"",
                            key.second, limits_.series_per_family),
                {.task = key.first});
    }
    labels = {{"overflow", "true"}};
  }
  return &home.series.try_emplace(std::move(labels), home.type).first->second;
}

tempest_metric* registry::refuse(const family_key& key, std::string_view reason) {
  const bool more = refused_.size() < refusals_logged_at_most;
  if (more && refused_.insert(fmt::format("{}\n{}\n{}", key.first, key.second, reason)).second) {
    base::log(base::log_level::warn,
              fmt::format("metric {} counts nothing: {}", key.second, reason), {.task = key.first});
  }
  return &nothing_;
}

std::vector<sample> registry::snapshot() const {
  const std::scoped_lock lock(mutex_);
  std::vector<sample> all;
  for (const auto& [key, home] : families_) {
    for (const auto& [labels, series] : home.series) {
      sample& one = all.emplace_back();
      one.component = key.first;
      one.name = key.second;
      one.help = home.help;
      one.type = home.type;
      one.labels = labels;
      one.value = series.value.load(std::memory_order_relaxed);
      if (series.buckets == nullptr) continue;
      for (std::size_t i = 0; i < bucket_count; ++i) {
        one.buckets[i] = (*series.buckets)[i].load(std::memory_order_relaxed);
        one.count += one.buckets[i];
      }
    }
  }
  return all;
}

} // namespace tempest::metrics
