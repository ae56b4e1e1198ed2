#include "plugins/redis/pipeline.hpp"

#include <charconv>
#include <utility>

#include "plugins/redis/command.hpp"

namespace redis {

pipeline::pipeline(endpoint server, std::chrono::milliseconds timeout)
    : timeout_(timeout), link_(std::move(server)) {}

void pipeline::connect(const std::string& key, std::string_view type) {
  try {
    link_.open(wake_, timeout_);
    // Tells at once what would otherwise fail at each command; who may not ask finds out then.
    append_command(link_.out(), std::string_view("TYPE"), key);
    link_.call(answer_, wake_, timeout_);
    if (answer_.is_error() && connection::is_denied(answer_.error())) return;
    if (answer_.is_error()) throw unavailable(link_.explain(answer_.error()));
    const std::string_view found = answer_.text(answer_.root());
    if (found != "none" && found != type) {
      throw unavailable(link_.server(), "the key '" + key + "' holds a " + std::string(found) +
                                            ", not a " + std::string(type));
    }
  } catch (...) {
    link_.close();
    throw;
  }
}

void pipeline::expect_rights(std::size_t commands) {
  std::optional<std::string> denied;
  for (; commands > 0; --commands) {
    const std::optional<std::string> error = result();
    if (error && !denied && connection::is_denied(answer_.error())) denied = error;
  }
  if (!denied) return;
  link_.close();
  throw unavailable(*denied);
}

std::optional<std::string> pipeline::result() {
  link_.call(answer_, wake_, timeout_);
  if (!answer_.is_error()) return std::nullopt;
  return link_.explain(answer_.error());
}

bool pipeline::refused_all() const {
  if (!answer_.is_error()) return false;
  const std::string_view error = answer_.error();
  return connection::is_not_ready(error) || connection::is_denied(error) ||
         connection::is_of_another_type(error);
}

bool pipeline::was_too_large() const {
  return answer_.is_error() && connection::is_too_large(answer_.error());
}

bool pipeline::was_zero() const {
  const reply_node& root = answer_.root();
  return root.type == reply_type::integer && root.integer == 0;
}

std::optional<std::uint64_t> pipeline::setting(std::string_view name) {
  append_command(link_.out(), std::string_view("CONFIG"), std::string_view("GET"), name);
  link_.call(answer_, wake_, timeout_);
  if (answer_.size() != 3 || answer_.at(2).type != reply_type::string) return std::nullopt;
  const std::string_view text = answer_.text(answer_.at(2));
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

} // namespace redis
