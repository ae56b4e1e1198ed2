// Keeps exceptions on their side of the boundary.
#pragma once

#include <tempest/abi.h>
#include <tempest/errors.hpp>

#include <algorithm>
#include <cstring>
#include <exception>
#include <string_view>

namespace tempest::impl {

inline void explain(tempest_error* error, std::string_view text) noexcept {
  if (error == nullptr || error->size < offsetof(tempest_error, text) + 1) return;
  const std::size_t room = error->size - offsetof(tempest_error, text) - 1;
  const std::size_t length = std::min(room, text.size());
  std::memcpy(error->text, text.data(), length);
  error->text[length] = '\0';
}

// What it says of itself; some say nothing at all.
inline std::string_view words_of(const std::exception& thrown) noexcept {
  const char* const said = thrown.what();
  return said == nullptr ? std::string_view("it threw an exception that has no words")
                         : std::string_view(said);
}

// Calls `body`; 1, or 0 with what it threw.
template <typename Body>
int guarded(tempest_error* error, Body body) noexcept {
  try {
    body();
    return 1;
  } catch (const no_input& thrown) {
    explain(error, words_of(thrown));
    if (error != nullptr) error->kind = TEMPEST_ERROR_NO_INPUT;
  } catch (const std::exception& thrown) {
    explain(error, words_of(thrown));
  } catch (...) {
    explain(error, "it threw something that is no std::exception");
  }
  return 0;
}

} // namespace tempest::impl
