#include "cli/scaffold/render.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output/hint.hpp"
#include "runtime/base/error.hpp"

namespace tempest::cli::scaffold {
namespace {

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, fits);
}

std::string replaced(std::string_view text, const values& all, const std::string& where) {
  std::string made;
  while (true) {
    const std::size_t begin = text.find(opening);
    made += text.substr(0, begin);
    if (begin == std::string_view::npos) return made;
    text.remove_prefix(begin);
    const std::size_t end = text.find(closing);
    const std::string_view name =
        end == std::string_view::npos ? std::string_view{} : text.substr(2, end - 2);
    if (!is_name(name)) { // braces of the language that the file is written in
      made += text.front();
      text.remove_prefix(1);
      continue;
    }
    const auto found = all.find(name);
    if (found == all.end()) {
      throw base::failure(
          base::exit_code::internal,
          fmt::format("the template's file {} uses {{{{{}}}}}, which nothing defines", where,
                      name));
    }
    made += found->second;
    text.remove_prefix(end + closing.size());
  }
}

void check_given(const manifest& from, const std::string& name, const std::string& value) {
  std::vector<std::string> known;
  for (const variable& one : from.variables) known.push_back(one.name);
  if (std::ranges::find(known, name) == known.end()) {
    throw base::failure(
        base::exit_code::usage,
        fmt::format("template {} has no '{}' to define{}; there {}", from.name, name,
                    did_you_mean(name, known),
                    known.empty() ? "is nothing" : fmt::format("are {}", fmt::join(known, ", "))));
  }
  const auto breaks_out = [](char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  if (std::ranges::any_of(value, breaks_out)) {
    throw base::failure(base::exit_code::usage,
                        fmt::format("--define {}=...: quotes, backslashes and control characters "
                                    "cannot be part of the value",
                                    name));
  }
}

} // namespace

std::vector<file> render(const manifest& from, const values& builtin, const values& given) {
  values all = builtin;
  for (const variable& one : from.variables) all[one.name] = one.default_value;
  for (const auto& [name, value] : given) {
    check_given(from, name, value);
    all[name] = value;
  }
  std::vector<file> made;
  for (const file& one : from.files) {
    made.push_back({replaced(one.path, all, one.path), replaced(one.content, all, one.path)});
  }
  return made;
}

std::string wrong_name(std::string_view name) {
  if (name.empty()) return "it is empty";
  if (name.size() > 64) return "it is longer than 64 characters";
  if (name.front() < 'a' || name.front() > 'z') return "it must begin with a letter a-z";
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (!std::ranges::all_of(name, fits)) return "only a-z, 0-9, '_' and '-' may be used";
  if (name == "test" || name == "all" || name == "install" || name == "clean" || name == "root") {
    return "that word means something else to the build";
  }
  return {};
}

std::string identifier_of(std::string_view name) {
  std::string made{name};
  std::ranges::replace(made, '-', '_');
  return made;
}

} // namespace tempest::cli::scaffold
