#include "runtime/plugin/incompatibility.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include "runtime/plugin/option_at.hpp"

namespace tempest::plugin {
namespace {

// Structs must be as long as ABI 1.0 made them; what later versions add is read only where `size`
// covers it.
#define TEMPEST_END_OF(type, field) (offsetof(type, field) + sizeof(type::field))

bool is_name(const char* text) {
  if (text == nullptr || *text < 'a' || *text > 'z') return false;
  for (; *text != '\0'; ++text) {
    const char c = *text;
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

std::string missing(const char* function) {
  return fmt::format("it lacks the function '{}'", function);
}

std::string fault_of(const tempest_task_functions& f) {
  if (f.size < TEMPEST_END_OF(tempest_task_functions, destroy))
    return "its functions are truncated";
  if (f.create == nullptr) return missing("create");
  if (f.started == nullptr) return missing("started");
  if (f.handle == nullptr) return missing("handle");
  if (f.shutdown == nullptr) return missing("shutdown");
  return f.destroy == nullptr ? missing("destroy") : std::string{};
}

std::string fault_of(const tempest_source_functions& f) {
  if (f.size < TEMPEST_END_OF(tempest_source_functions, depth)) {
    return "its functions are truncated";
  }
  if (f.traits == nullptr) return missing("traits");
  if (f.create == nullptr) return missing("create");
  if (f.connect == nullptr) return missing("connect");
  if (f.poll == nullptr) return missing("poll");
  if (f.settle == nullptr) return missing("settle");
  if (f.interrupt == nullptr) return missing("interrupt");
  if (f.healthy == nullptr) return missing("healthy");
  if (f.close == nullptr) return missing("close");
  return f.destroy == nullptr ? missing("destroy") : std::string{};
}

std::string fault_of(const tempest_sink_functions& f) {
  if (f.size < TEMPEST_END_OF(tempest_sink_functions, destroy))
    return "its functions are truncated";
  if (f.create == nullptr) return missing("create");
  if (f.connect == nullptr) return missing("connect");
  if (f.write == nullptr) return missing("write");
  if (f.flush == nullptr) return missing("flush");
  if (f.healthy == nullptr) return missing("healthy");
  if (f.close == nullptr) return missing("close");
  return f.destroy == nullptr ? missing("destroy") : std::string{};
}

std::string fault_of(const tempest_topology_functions& f) {
  if (f.size < TEMPEST_END_OF(tempest_topology_functions, build)) {
    return "its functions are truncated";
  }
  return f.build == nullptr ? missing("build") : std::string{};
}

std::string fault_of_functions(const tempest_descriptor& one) {
  if (one.functions == nullptr) return "it has no functions";
  switch (one.kind) {
    case TEMPEST_KIND_TASK:
      return fault_of(*static_cast<const tempest_task_functions*>(one.functions));
    case TEMPEST_KIND_SOURCE:
      return fault_of(*static_cast<const tempest_source_functions*>(one.functions));
    case TEMPEST_KIND_SINK:
      return fault_of(*static_cast<const tempest_sink_functions*>(one.functions));
    default:
      return fault_of(*static_cast<const tempest_topology_functions*>(one.functions));
  }
}

std::string fault_of(const tempest_option& option) {
  if (!is_name(option.name)) return "an option has no proper name ([a-z][a-z0-9_]*)";
  if (option.help == nullptr) return fmt::format("option '{}' has no help", option.name);
  if (option.type < TEMPEST_OPTION_BOOL || option.type > TEMPEST_OPTION_TABLE) {
    return fmt::format("option '{}' has a type that this Tempest does not know", option.name);
  }
  if (option.type != TEMPEST_OPTION_ENUM) return {};
  if (option.choice_count == 0 || option.choices == nullptr) {
    return fmt::format("option '{}' has no choices", option.name);
  }
  for (std::uint32_t i = 0; i < option.choice_count; ++i) {
    if (option.choices[i] == nullptr) return fmt::format("option '{}' lacks a choice", option.name);
  }
  return {};
}

std::string fault_of_options(const tempest_descriptor& one) {
  if (one.option_count == 0) return {};
  if (one.options == nullptr) return "its options are missing";
  constexpr std::size_t wanted = TEMPEST_END_OF(tempest_option, maximum);
  if (one.option_size < wanted) return "its options are truncated";
  if (one.option_size % alignof(tempest_option) != 0) return "its options have a wrong stride";
  std::set<std::string_view> names;
  for (std::uint32_t i = 0; i < one.option_count; ++i) {
    const tempest_option& option = option_at(one, i);
    if (option.size < wanted) return fmt::format("its option {} is truncated", i + 1);
    if (std::string fault = fault_of(option); !fault.empty()) return fault;
    if (!names.insert(option.name).second) {
      return fmt::format("it has two options named '{}'", option.name);
    }
  }
  return {};
}

// Size and name; of an unknown kind the size alone.
std::string fault_of_head(const tempest_descriptor* one, std::uint32_t number) {
  constexpr std::size_t wanted = TEMPEST_END_OF(tempest_descriptor, validate);
  if (one == nullptr) return fmt::format("its descriptor {} is missing", number);
  if (one->size < wanted) {
    return fmt::format("its descriptor {} is truncated: {} bytes, at least {} are needed", number,
                       one->size, wanted);
  }
  if (is_known_kind(one->kind) && !is_name(one->name)) {
    return fmt::format("its descriptor {} has no proper name ([a-z][a-z0-9_]*)", number);
  }
  return {};
}

std::string fault_of_body(const tempest_descriptor& one) {
  if (one.version == nullptr) return "it has no version";
  if (one.summary == nullptr) return "it has no summary";
  std::string fault = fault_of_functions(one);
  return fault.empty() ? fault_of_options(one) : fault;
}

} // namespace

bool is_known_kind(std::uint32_t kind) {
  return kind >= TEMPEST_KIND_TASK && kind <= TEMPEST_KIND_TOPOLOGY;
}

const char* kind_name(std::uint32_t kind) {
  constexpr const char* names[] = {"plugin", "task", "source", "sink", "topology"};
  return is_known_kind(kind) ? names[kind] : names[0];
}

std::string incompatibility(const tempest_library* library) {
  if (library == nullptr) return "it describes nothing";
  if (library->size < TEMPEST_END_OF(tempest_library, count)) return "its description is truncated";
  if (library->abi_major != TEMPEST_ABI_MAJOR) {
    return fmt::format("it was built for plugin ABI {}; this Tempest speaks ABI {}",
                       library->abi_major, TEMPEST_ABI_MAJOR);
  }
  if (library->count > 0 && library->descriptors == nullptr) return "its descriptors are missing";
  std::set<std::pair<std::uint32_t, std::string_view>> names;
  for (std::uint32_t i = 0; i < library->count; ++i) {
    const tempest_descriptor* one = library->descriptors[i];
    if (std::string fault = fault_of_head(one, i + 1); !fault.empty()) return fault;
    if (!is_known_kind(one->kind)) continue;
    if (!names.emplace(one->kind, one->name).second) {
      return fmt::format("it offers the {} '{}' twice", kind_name(one->kind), one->name);
    }
    if (const std::string fault = fault_of_body(*one); !fault.empty()) {
      return fmt::format("its {} '{}' cannot be used: {}", kind_name(one->kind), one->name, fault);
    }
  }
  return {};
}

} // namespace tempest::plugin
