// One plugin as data: what a descriptor of the C contract points to.
#pragma once

#include <tempest/abi.h>
#include <tempest/version.h>
#include <tempest/impl/guard.hpp>
#include <tempest/options.hpp>

#include <string>
#include <utility>
#include <vector>

namespace tempest::impl {

class definition {
 public:
  template <typename... Options>
  definition(tempest_kind kind, const void* functions, std::string name, std::string summary,
             Options&&... options)
      : kind_(kind), functions_(functions), name_(std::move(name)), summary_(std::move(summary)) {
    (options_.push_back(std::forward<Options>(options).definition()), ...);
  }

  // The author's version of the plugin; Tempest's own when not said.
  definition&& version(std::string text) && {
    version_ = std::move(text);
    return std::move(*this);
  }
  // Only right with workers = 1 (it counts, or keeps state about all messages); `check` warns.
  definition&& single() && {
    flags_ |= TEMPEST_TASK_SINGLE;
    return std::move(*this);
  }
  // Whether options make sense together: a captureless function of `const tempest::options&` that
  // throws with the reason when they do not. Pure; `tempest check` runs it.
  template <typename Validate>
  definition&& validate(Validate) && {
    validate_ = [](const tempest_options* values, tempest_error* error) noexcept -> int {
      return guarded(error, [&] { Validate{}(options(values)); });
    };
    return std::move(*this);
  }

  // Built once all is said; valid while this object neither moves nor ends.
  [[nodiscard]] const tempest_descriptor* descriptor() {
    for (option_definition& one : options_) {
      std::vector<const char*>& words = choices_.emplace_back();
      for (const std::string& word : one.choices) words.push_back(word.c_str());
    }
    for (std::size_t i = 0; i < options_.size(); ++i) {
      c_options_.push_back(to_c(options_[i], choices_[i]));
    }
    descriptor_.size = sizeof descriptor_;
    descriptor_.kind = kind_;
    descriptor_.flags = flags_;
    descriptor_.option_count = static_cast<std::uint32_t>(c_options_.size());
    descriptor_.name = name_.c_str();
    descriptor_.version = version_.c_str();
    descriptor_.summary = summary_.c_str();
    descriptor_.options = c_options_.data();
    descriptor_.option_size = sizeof(tempest_option);
    descriptor_.functions = functions_;
    descriptor_.validate = validate_;
    return &descriptor_;
  }

 private:
  static tempest_option to_c(const option_definition& from, const std::vector<const char*>& words) {
    tempest_option made{};
    made.size = sizeof made;
    made.type = from.type;
    made.flags = from.flags;
    made.choice_count = static_cast<std::uint32_t>(words.size());
    made.name = from.name.c_str();
    made.help = from.help.c_str();
    made.default_value = from.default_value ? from.default_value->c_str() : nullptr;
    made.choices = words.data();
    made.minimum = from.minimum;
    made.maximum = from.maximum;
    return made;
  }

  tempest_kind kind_;
  const void* functions_;
  std::string name_;
  std::string summary_;
  std::string version_ = TEMPEST_VERSION;
  std::uint32_t flags_ = 0;
  std::vector<option_definition> options_;
  int (*validate_)(const tempest_options*, tempest_error*) = nullptr;
  std::vector<std::vector<const char*>> choices_;
  std::vector<tempest_option> c_options_;
  tempest_descriptor descriptor_{};
};

} // namespace tempest::impl
