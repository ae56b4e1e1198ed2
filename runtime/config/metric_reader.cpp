#include "runtime/config/metric_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include "runtime/config/document.hpp"

namespace tempest::config {
namespace {

constexpr std::int64_t shortest_interval_ms = 100; // metrics are entered ten times a second
constexpr std::int64_t smallest_file_bytes = 4'096;
constexpr std::int64_t most_files = 1'000;
constexpr std::int64_t smallest_datagram_bytes = 256; // a line of a name and some tags
constexpr std::int64_t largest_datagram_bytes = 65'507;
constexpr std::int64_t smallest_buffer_bytes = 65'536;

const std::vector<std::string> target_types = {"console", "log",      "file",
                                               "statsd",  "graphite", "prometheus_push"};
const std::vector<std::string> log_levels = {"debug", "info", "warn", "error"};

// What a prefix may consist of, besides letters and digits.
struct prefix_rule {
  std::string_view signs;
  const char* words;
};
constexpr prefix_rule plain_prefix{"_", "letters, digits and _"};
constexpr prefix_rule dotted_prefix{"_-.", "letters, digits, _, - and ."};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool fits(std::string_view prefix, std::string_view signs) {
  const auto is_sign = [&](char c) { return signs.find(c) != std::string_view::npos; };
  return (is_letter(prefix.front()) || prefix.front() == '_') &&
         std::all_of(prefix.begin(), prefix.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || is_sign(c); });
}

class target_reader {
 public:
  target_reader(const value& given, const metric_settings& home, const std::string& folder,
                base::problems& found)
      : given_(given), folder_(folder), found_(found) {
    made_.where = given.where;
    made_.flush_interval = home.flush_interval;
  }

  // False when it is too wrong to be of use, which was said.
  bool read(metric_target& into) {
    std::size_t type = 0;
    table_reader first(given_, "a target of [metric]", found_);
    if (!first.choice("type", target_types, type)) {
      if (first.find("type") == nullptr) {
        first.complain(given_.where, "a target of [metric] has no type",
                       fmt::format("choose one of {}", fmt::join(target_types, ", ")));
      }
      return false;
    }
    made_.type = static_cast<metric_target_type>(type);
    table_reader reader(given_, fmt::format("the {} target", target_types[type]), found_);
    (void)reader.find("type");
    reader.duration("flush_interval", shortest_interval_ms, made_.flush_interval);
    const bool whole = read_own(reader);
    reader.finish();
    into = std::move(made_);
    return whole;
  }

 private:
  bool read_own(table_reader& reader) {
    switch (made_.type) {
      case metric_target_type::console:
        read_prefix(reader, plain_prefix);
        return true;
      case metric_target_type::log:
        read_prefix(reader, plain_prefix);
        read_level(reader);
        return true;
      case metric_target_type::file:
        read_prefix(reader, plain_prefix);
        return read_file(reader);
      case metric_target_type::statsd:
        read_prefix(reader, dotted_prefix);
        reader.flag("tags", made_.tags);
        reader.count("max_datagram_bytes", smallest_datagram_bytes, largest_datagram_bytes,
                     made_.max_datagram_bytes);
        return read_host(reader, "statsd", "127.0.0.1:8125");
      case metric_target_type::graphite:
        read_prefix(reader, dotted_prefix);
        reader.flag("tags", made_.tags);
        reader.size("max_buffer_bytes", smallest_buffer_bytes, made_.max_buffer_bytes);
        return read_host(reader, "graphite", "127.0.0.1:2003");
      case metric_target_type::prometheus_push:
        read_prefix(reader, plain_prefix);
        reader.filled_text("job", made_.job, "remove it: it is the topology's name then");
        return read_uri(reader);
    }
    return false;
  }

  void read_prefix(table_reader& reader, const prefix_rule& rule) {
    if (!reader.text("prefix", made_.prefix) || made_.prefix.empty()) return;
    if (fits(made_.prefix, rule.signs)) return;
    reader.complain(
        reader.find("prefix")->where,
        fmt::format("prefix \"{}\" cannot stand before the name of a metric", made_.prefix),
        fmt::format("it begins with a letter or _ and consists of {}", rule.words));
  }

  void read_level(table_reader& reader) {
    std::size_t level = 0;
    if (!reader.choice("level", log_levels, level)) return;
    (void)base::parse_log_level(log_levels[level], made_.level);
  }

  bool read_file(table_reader& reader) {
    std::string path;
    const bool given = reader.filled_text("path", path);
    if (given) {
      read_path(reader, path);
    } else if (reader.find("path") == nullptr) {
      reader.complain(given_.where, "the file target has no path",
                      "write a line such as path = \"metrics.jsonl\"");
    }
    reader.flag("clobber", made_.clobber);
    reader.size("max_file_bytes", smallest_file_bytes, made_.max_file_bytes);
    reader.count("max_files", 1, most_files, made_.max_files);
    return given;
  }

  void read_path(table_reader& reader, const std::string& path) {
    constexpr std::string_view placeholder = "{instance}";
    const base::location& where = reader.find("path")->where;
    made_.path = absolute_path(folder_, path);
    if (const std::string name = std::filesystem::path(made_.path).filename().string();
        name.empty() || name == "." || name == "..") {
      reader.complain(where, fmt::format("path \"{}\" is a folder, not a file", path),
                      "put the name of a file after it");
    }
    for (std::size_t at = 0; (at = path.find('{', at)) != std::string::npos; ++at) {
      if (std::string_view(path).substr(at).starts_with(placeholder)) continue;
      reader.complain(where, fmt::format("path \"{}\" has a placeholder that is not known", path),
                      fmt::format("{} is the only one", placeholder));
      return;
    }
  }

  bool read_uri(table_reader& reader) {
    if (reader.filled_text("uri", made_.uri)) {
      made_.uri_where = reader.find("uri")->where;
      return true;
    }
    if (reader.find("uri") == nullptr) {
      reader.complain(given_.where, "the prometheus_push target has no uri",
                      "write a line such as uri = \"http://127.0.0.1:9091\"");
    }
    return false;
  }

  bool read_host(table_reader& reader, const char* type, const char* usual) {
    if (reader.filled_text("host", made_.host)) {
      made_.host_where = reader.find("host")->where;
      return true;
    }
    if (reader.find("host") == nullptr) {
      reader.complain(given_.where, fmt::format("the {} target has no host", type),
                      fmt::format("write a line such as host = \"{}\"", usual));
    }
    return false;
  }

  const value& given_;
  const std::string& folder_;
  base::problems& found_;
  metric_target made_;
};

} // namespace

void read_metric(table_reader& top, const std::string& folder, metric_settings& metric,
                 base::problems& found) {
  const value* const given = top.sub_table("metric");
  if (given == nullptr) return;
  table_reader reader(*given, "[metric]", found);
  reader.duration("flush_interval", shortest_interval_ms, metric.flush_interval);
  reader.duration("timeout", 1, metric.timeout);
  const value* const targets = reader.list("target");
  reader.finish();
  if (targets == nullptr) return;
  for (const value& one : *targets->items()) {
    if (one.entries() == nullptr) {
      reader.complain(one.where, "target of [metric] must be a list of tables",
                      "as in target = [ { type = \"log\" } ], or [[metric.target]]");
      continue;
    }
    metric_target made;
    if (target_reader(one, metric, folder, found).read(made)) {
      metric.targets.push_back(std::move(made));
    }
  }
}

} // namespace tempest::config
