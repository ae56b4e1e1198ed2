#include "runtime/config/document.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "runtime/config/toml_parse.hpp"
#include "runtime/config/units.hpp"

namespace tempest::config {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t file_limit = 256u << 10;

const char* from_process(const char* name) {
  return std::getenv(name);
}

bool is_variable(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '_') return false;
  }
  return true;
}

class expander {
 public:
  expander(environment getenv_function, base::problems& found)
      : getenv_(getenv_function), found_(found) {}

  void expand(value& one) {
    if (const auto* text = std::get_if<std::string>(&one.data)) {
      const std::size_t before = found_.size();
      std::string result = expanded(*text, one);
      if (found_.size() == before) {
        one.data = std::move(result);
      } else {
        one.data = std::monostate{};
      }
    } else if (auto* items = std::get_if<array>(&one.data)) {
      for (value& item : *items) expand(item);
    } else if (auto* entries = std::get_if<table>(&one.data)) {
      for (auto& [name, entry] : *entries) expand(entry);
    }
  }

 private:
  std::string expanded(const std::string& text, value& home) {
    std::string result;
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t dollar = text.find('$', at);
      result.append(text, at, dollar == std::string::npos ? dollar : dollar - at);
      if (dollar == std::string::npos) break;
      if (text.compare(dollar, 2, "$$") == 0) {
        result += '$';
        at = dollar + 2;
        continue;
      }
      const std::size_t close = text.find('}', dollar);
      if (text.compare(dollar, 2, "${") != 0 || close == std::string::npos) {
        complain(home, "it holds a '$' that starts no ${NAME}", "write $$ for a dollar");
        return {};
      }
      result += variable(std::string_view(text).substr(dollar + 2, close - dollar - 2), home);
      at = close + 1;
      home.expanded = dollar == 0 && at == text.size();
    }
    return result;
  }

  std::string variable(std::string_view inside, const value& home) {
    const std::size_t split = inside.find(":-");
    const std::string name(inside.substr(0, split));
    if (!is_variable(name)) { // not repeated: it may be part of a secret
      complain(home, "it holds a ${...} that names no environment variable",
               "write ${NAME} or ${NAME:-default}, and $$ for a dollar");
      return {};
    }
    if (inside.find("${") != std::string_view::npos) {
      complain(home, fmt::format("the default of ${{{}}} holds a ${{...}} itself", name),
               "a default is taken as it is; give a plain one");
      return {};
    }
    const char* const set = getenv_(name.c_str());
    const bool has_default = split != std::string_view::npos;
    if (set != nullptr && (*set != '\0' || !has_default)) return set;
    if (has_default) return std::string(inside.substr(split + 2));
    complain(home, fmt::format("environment variable {} is not set", name),
             fmt::format("set it, or give a default: ${{{}:-...}}", name));
    return {};
  }

  void complain(const value& home, std::string text, std::string hint) {
    found_.push_back({base::severity::error, home.where, std::move(text), std::move(hint)});
  }

  environment getenv_;
  base::problems& found_;
};

std::string read_file(const std::string& path) {
  std::error_code error;
  const auto fail = [&](const std::string& why) {
    return base::failure(base::exit_code::no_input, fmt::format("cannot read {}: {}", path, why));
  };
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) throw fail("there is no such file");
  if (error) throw fail(error.message());
  if (fs::is_directory(status)) throw fail("it is a folder");
  if (!fs::is_regular_file(status)) throw fail("it is not a regular file");
  if (fs::file_size(path, error) > file_limit) throw fail("it is larger than 256 KiB");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) throw fail("permission denied");
  return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

document parse_text(const std::string& text, const std::string& file, const std::string& folder,
                    base::problems& found, environment getenv_function) {
  document made;
  made.file = file;
  made.folder = folder;
  const std::size_t before = found.size();
  made.root = parse_toml(text, file, found);
  made.well_formed = found.size() == before;
  expander(getenv_function != nullptr ? getenv_function : &from_process, found).expand(made.root);
  return made;
}

document parse_file(const std::string& path, base::problems& found, environment getenv_function) {
  const std::string text = read_file(path);
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return parse_text(text, path, absolute.lexically_normal().parent_path().string(), found,
                    getenv_function);
}

std::string absolute_path(const std::string& folder, const std::string& path) {
  return (fs::path(folder) / path).lexically_normal().string();
}

const char* value::type_name() const {
  constexpr const char* names[] = {"nothing",  "a boolean", "an integer", "a number",
                                   "a string", "a list",    "a table"};
  if (text() != nullptr && is_integer_beyond_64_bits(*text())) return "an integer beyond 64 bits";
  return names[data.index()];
}

} // namespace tempest::config
