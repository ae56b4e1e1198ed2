#include "runtime/metrics/registry.hpp"

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <tempest/version.h>

#include <algorithm>
#include <array>

#include "runtime/base/log.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/metrics/buckets.hpp"

namespace tempest::metrics {
namespace {

constexpr std::size_t refusals_logged_at_most = 100;
// Labels that Tempest adds, here or where it exports, or that the exposition needs.
constexpr std::array<std::string_view, 7> taken_labels = {"topology", "task",     "source", "sink",
                                                          "job",      "instance", "le"};

bool is_name(std::string_view text) {
  const auto is_start = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto is_rest = [&](char c) { return is_start(c) || (c >= '0' && c <= '9'); };
  return !text.empty() && is_start(text.front()) &&
         std::all_of(text.begin() + 1, text.end(), is_rest);
}

// Why these labels (sorted) cannot be; empty when they can.
std::string fault_of(const label_set& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::string& name = labels[i].name;
    // Prometheus keeps names with two underscores at the start to itself.
    if (!is_name(name) || name.starts_with("__")) {
      return fmt::format("its label '{}' is not named [a-z_][a-z0-9_]*, or begins with __", name);
    }
    if (std::find(taken_labels.begin(), taken_labels.end(), name) != taken_labels.end()) {
      return fmt::format("its label '{}' is one that Tempest sets", name);
    }
    if (i > 0 && labels[i - 1].name == name) return fmt::format("it has label '{}' twice", name);
  }
  return {};
}

std::string full_name(subject of, kind type, std::string_view name) {
  const bool bare = type == kind::counter && !name.ends_with("_total");
  return fmt::format("tempest_{}_{}{}", word(of), name, bare ? "_total" : "");
}

} // namespace

registry::registry(std::string topology, registry_limits limits)
    : topology_(std::move(topology)),
      limits_(limits),
      core_(std::make_unique<prometheus::Registry>()) {
  own(builtin::build_info, {}, TEMPEST_VERSION).update(1);
}

registry::~registry() = default;

tempest_metric& registry::own(const description& what, std::string_view name,
                              std::string_view label_value) {
  label_set labels;
  if (what.label != nullptr) labels.push_back({what.label, std::string(label_value)});
  const std::scoped_lock lock(mutex_);
  family& home = family_of(what.name, what.type, what.help, true);
  return *series_of({what.of, std::string(name)}, what.name, home, std::move(labels));
}

void registry::withdraw(const description& what, std::string_view name) {
  const std::scoped_lock lock(mutex_);
  const auto home = families_.find(what.name);
  if (home == families_.end()) return;
  const auto mine = home->second.owners.find({what.of, std::string(name)});
  if (mine == home->second.owners.end()) return;
  for (const auto& [labels, series] : mine->second.series) {
    std::get<1>(home->second.core)->Remove(std::get<prometheus::Gauge*>(series.in));
  }
  home->second.owners.erase(mine);
}

tempest_metric* registry::of_plugin(const owner& whose, kind type, std::string_view name,
                                    std::string_view help, label_set labels) {
  for (label& one : labels) one.value = base::utf8_prefix(one.value, limits_.label_value_bytes);
  std::sort(labels.begin(), labels.end());
  const std::scoped_lock lock(mutex_);
  if (type == kind::none) return refuse(whose, name, "it has a kind that this version lacks");
  if (!is_name(name)) return refuse(whose, name, "its name is not [a-z_][a-z0-9_]*");
  if (const std::string fault = fault_of(labels); !fault.empty()) {
    return refuse(whose, name, fault);
  }
  const std::string full = full_name(whose.of, type, name);
  if (is_builtin(full)) return refuse(whose, name, "Tempest itself counts under " + full);
  const auto known = families_.find(full);
  if (known != families_.end() && known->second.type != type) {
    return refuse(whose, name,
                  fmt::format("{} is a {} and was asked for as a {}; the latter counts nothing",
                              full, word(known->second.type), word(type)));
  }
  if (known == families_.end()) {
    if (const std::string clash = clash_of(full, type); !clash.empty()) {
      return refuse(whose, name, clash);
    }
  }
  if (known == families_.end() && ++plugin_names_ > limits_.names) {
    if (!std::exchange(full_, true)) { // one line, not one for each name
      base::log(base::log_level::warn,
                fmt::format("there are already {} metrics: new ones, from {} on, count nothing; "
                            "put what varies into a label",
                            limits_.names, name),
                {.topology = topology_, .task = whose.name});
    }
    return &nothing_;
  }
  return series_of(whose, full, family_of(full, type, help, false), std::move(labels));
}

// A histogram is shown as three more names: under one of them nothing else may be. Why `full`
// cannot be; empty when it can.
std::string registry::clash_of(const std::string& full, kind type) const {
  for (const std::string_view part : histogram_parts) {
    if (type == kind::histogram && families_.contains(fmt::format("{}{}", full, part))) {
      return fmt::format("{0}{1} exists already and would be a part of it", full, part);
    }
    if (!full.ends_with(part)) continue;
    const auto whole = families_.find(full.substr(0, full.size() - part.size()));
    if (whole != families_.end() && whole->second.type == kind::histogram) {
      return fmt::format("{} is a part of the histogram {}", full, whole->first);
    }
  }
  return {};
}

registry::family& registry::family_of(const std::string& name, kind type, std::string_view help,
                                      bool of_durations) {
  const auto [at, is_new] = families_.try_emplace(name);
  family& made = at->second;
  if (!is_new) return made;
  made.type = type;
  made.of_durations = of_durations;
  const prometheus::Labels labels{{"topology", base::one_line(topology_)}};
  const auto build = [&](auto builder) {
    return &builder.Name(name).Help(std::string(help)).Labels(labels).Register(*core_);
  };
  if (type == kind::counter) made.core = build(prometheus::BuildCounter());
  if (type == kind::gauge) made.core = build(prometheus::BuildGauge());
  if (type == kind::histogram) made.core = build(prometheus::BuildHistogram());
  return made;
}

tempest_metric* registry::series_of(const owner& whose, const std::string& name, family& home,
                                    label_set labels) {
  shelf& mine = home.owners[whose];
  if (const auto known = mine.series.find(labels); known != mine.series.end()) {
    return &known->second;
  }
  if (mine.series.size() >= limits_.series_per_owner) {
    if (!std::exchange(mine.overflowed, true)) {
      base::log(base::log_level::warn,
                fmt::format("metric {} has more than {} sets of labels; further ones are counted "
                            "together under overflow=\"true\"",
                            name, limits_.series_per_owner),
                {.topology = topology_, .task = whose.name});
    }
    labels = {{"overflow", "true"}};
    if (const auto known = mine.series.find(labels); known != mine.series.end()) {
      return &known->second;
    }
  }
  const tempest_metric made = make(whose, home, labels);
  return &mine.series.emplace(std::move(labels), made).first->second;
}

// Values may be anything; what is no text would spoil the whole page.
tempest_metric registry::make(const owner& whose, const family& home, const label_set& labels) {
  prometheus::Labels all;
  if (whose.of != subject::topology) all.emplace(word(whose.of), base::one_line(whose.name));
  for (const label& one : labels) all.emplace(one.name, base::one_line(one.value));
  if (const auto* const counters = std::get_if<0>(&home.core)) return {&(*counters)->Add(all)};
  if (const auto* const gauges = std::get_if<1>(&home.core)) return {&(*gauges)->Add(all)};
  const std::span<const double> bounds =
      home.of_durations ? duration_bounds : std::span<const double>(bucket_bounds);
  return {&std::get<2>(home.core)->Add(
      all, prometheus::Histogram::BucketBoundaries(bounds.begin(), bounds.end()))};
}

tempest_metric* registry::refuse(const owner& whose, std::string_view name,
                                 std::string_view reason) {
  const bool more = refused_.size() < refusals_logged_at_most;
  if (more &&
      refused_.insert(fmt::format("{}\n{}\n{}\n{}", word(whose.of), whose.name, name, reason))
          .second) {
    base::log(base::log_level::warn, fmt::format("metric {} counts nothing: {}", name, reason),
              {.topology = topology_, .task = whose.name});
  }
  return &nothing_;
}

std::vector<prometheus::MetricFamily> registry::collect() const {
  std::vector<prometheus::MetricFamily> all = core_->Collect();
  std::sort(all.begin(), all.end(),
            [](const auto& one, const auto& other) { return one.name < other.name; });
  return all;
}

} // namespace tempest::metrics
