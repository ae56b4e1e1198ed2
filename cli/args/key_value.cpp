#include "cli/args/key_value.hpp"

#include "runtime/base/error.hpp"

namespace tempest::cli {

std::pair<std::string, std::string> split_key_value(const std::string& text,
                                                    const std::string& complaint) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw base::failure(base::exit_code::usage, complaint);
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::vector<config::override_value> parse_settings(const std::vector<std::string>& given) {
  std::vector<config::override_value> settings;
  for (const std::string& one : given) {
    auto [key, value] =
        split_key_value(one, "--set takes KEY=VALUE, for example --set task.split.workers=4");
    settings.push_back({std::move(key), std::move(value)});
  }
  return settings;
}

} // namespace tempest::cli
