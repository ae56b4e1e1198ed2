#include "cli/args/parse.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/output/hint.hpp"
#include "runtime/base/error.hpp"
#include "runtime/config/units.hpp"

namespace tempest::cli {
namespace {

[[noreturn]] void fail_usage(const std::string& text, const std::string& command) {
  throw base::failure(base::exit_code::usage,
                      fmt::format("{}\nRun `{} --help` for what there is.", text, command));
}

std::string one_of(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

// CLI11 calls these with the texts given; what they return is an error, or nothing.
std::string read_duration(const std::string& text, optional_duration& into) {
  const auto parsed = config::parse_duration_ms(text);
  if (!parsed) return fmt::format("'{}' is not a duration; write 500ms, 30s, 5m or 1h", text);
  if (*parsed == 0) return fmt::format("'{}' is no time at all; write 500ms, 30s, 5m or 1h", text);
  into = std::chrono::milliseconds{*parsed};
  return {};
}

// Most likely a variable was not set; to pass over it would be to guess.
std::string read_some(const std::string& text) {
  return text.empty() ? "its value is empty; give one, or leave it out" : "";
}

std::string read_choice(const std::string& text, const std::vector<std::string>& choices) {
  if (std::ranges::find(choices, text) != choices.end()) return {};
  return fmt::format("'{}' is none of {}{}", text, one_of(choices), did_you_mean(text, choices));
}

struct option_maker {
  CLI::App& app;
  const argument& from;

  CLI::Option* operator()(bool* into) const { return app.add_flag(from.names, *into, from.help); }
  CLI::Option* operator()(std::string* into) const {
    CLI::Option* made = app.add_option(from.names, *into, from.help);
    made->check(read_some);
    if (!from.choices.empty()) {
      made->check(
          [choices = from.choices](const std::string& text) { return read_choice(text, choices); });
    }
    return made;
  }
  CLI::Option* operator()(std::vector<std::string>* into) const {
    CLI::Option* made = app.add_option(from.names, *into, from.help);
    return from.names.starts_with('-') ? made->allow_extra_args(false) : made;
  }
  CLI::Option* operator()(optional_duration* into) const {
    CLI::Option* made = app.add_option_function<std::string>(
        from.names, [](const std::string&) {}, from.help);
    return made->check([into](const std::string& text) { return read_duration(text, *into); });
  }
};

std::string examples_text(const std::vector<example>& examples) {
  std::size_t width = 0;
  for (const example& one : examples) width = std::max(width, one.line.size());
  std::string text = "Examples:";
  for (const example& one : examples) {
    const std::string meaning = one.meaning.empty() ? "" : "  # " + one.meaning;
    text += one.meaning.empty() ? fmt::format("\n  {}", one.line)
                                : fmt::format("\n  {:{}}{}", one.line, width, meaning);
  }
  return text;
}

void add(CLI::App& app, const verb& from) {
  app.name(from.name);
  app.description(from.summary);
  app.allow_extras();
  app.set_help_flag("-h,--help", "Print this help and leave");
  app.get_formatter()->column_width(34);
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  app.get_formatter()->label("Positionals", "Arguments");
  for (const argument& one : from.arguments) {
    CLI::Option* made = std::visit(option_maker{app, one}, one.into);
    made->option_text(one.value_name.empty() ? " " : one.value_name);
    made->required(one.required);
  }
  if (!from.children.empty()) app.require_subcommand(0, 1);
  for (const verb& child : from.children) {
    CLI::App* made = app.add_subcommand(child.name, child.summary);
    made->group("Commands");
    add(*made, child);
  }
  app.footer(examples_text(from.examples));
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> child_names(const verb& from) {
  std::vector<std::string> names;
  for (const verb& child : from.children) names.push_back(child.name);
  return names;
}

// What the parser could not place: an option that does not exist, a command, or one word too many.
void refuse_extras(const CLI::App& app, const verb& from, const std::string& path) {
  const std::vector<std::string> extras = app.remaining();
  if (extras.empty()) return;
  const std::string& word = extras.front();
  if (word.size() > 1 && word.front() == '-') {
    const std::string name = word.substr(0, word.find('='));
    fail_usage(
        fmt::format("{} has no option {}{}", path, name, did_you_mean(name, option_names(app))),
        path);
  }
  if (from.children.empty())
    fail_usage(fmt::format("{}: '{}' is one word too many", path, word), path);
  const std::vector<std::string> names = child_names(from);
  const std::string hint = did_you_mean(word, names);
  fail_usage(fmt::format("there is no command `{} {}`{}", path, word,
                         hint.empty() ? "; there are " + one_of(names) : hint),
             path);
}

std::string path_of(const std::vector<const verb*>& chosen) {
  std::string path;
  for (const verb* one : chosen) path += (path.empty() ? "" : " ") + one->name;
  return path;
}

// The verbs from the root to the one that the words named.
std::vector<const verb*> chosen_verbs(const verb& root, const CLI::App& app) {
  std::vector<const verb*> chosen{&root};
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    const auto& children = chosen.back()->children;
    chosen.push_back(&*std::ranges::find(children, at->get_name(), &verb::name));
  }
  return chosen;
}

const CLI::App& deepest(const CLI::App& app) {
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  return *at;
}

} // namespace

invocation parse(const verb& root, const std::vector<std::string>& words) {
  CLI::App app;
  add(app, root);
  std::vector<std::string> reversed(words.rbegin(), words.rend());
  std::string wrong;
  bool help = false;
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    help = true;
  } catch (const CLI::ParseError& error) {
    wrong = error.what();
  }
  const std::vector<const verb*> chosen = chosen_verbs(root, app);
  const std::string path = path_of(chosen);
  const CLI::App& last = deepest(app);
  const std::string parents = path_of({chosen.begin(), chosen.end() - 1});
  if (help) return {last.help(parents), {}};
  const CLI::App* at = &app;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    refuse_extras(*at, *chosen[i], path_of({chosen.begin(), chosen.begin() + long(i) + 1}));
    if (i + 1 < chosen.size()) at = at->get_subcommands().front();
  }
  if (!wrong.empty()) fail_usage(fmt::format("{}: {}", path, wrong), path);
  if (chosen.back()->run) return {{}, chosen.back()->run};
  if (chosen.size() == 1) return {last.help(), {}};
  fail_usage(fmt::format("{}: which command? ({})", path, one_of(child_names(*chosen.back()))),
             path);
}

} // namespace tempest::cli
