// Each thing that can be wrong in a library's description: no library needed, just tables.
#include "runtime/plugin/incompatibility.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <vector>

namespace tempest::plugin {
namespace {

void* create_task(const tempest_host*, const tempest_task_host*, const tempest_options*,
                  tempest_error*) {
  return nullptr;
}
void* create_source(const tempest_host*, const tempest_source_host*, const tempest_options*,
                    tempest_error*) {
  return nullptr;
}
void* create_sink(const tempest_host*, const tempest_sink_host*, const tempest_options*,
                  tempest_error*) {
  return nullptr;
}
int fine(void*, tempest_error*) {
  return 1;
}
void end(void*) {}

// A sound library with one plugin of each kind; a case spoils one thing.
struct description {
  tempest_task_functions task{sizeof task, 0,  create_task, fine, [](void*, tempest_batch*) {},
                              end,         end};
  tempest_source_functions source{
      sizeof source,
      0,
      [](const tempest_options*, tempest_source_traits*) {},
      create_source,
      fine,
      [](void*, std::size_t, std::size_t, std::int64_t, tempest_error*) { return 0; },
      [](void*, const std::uint64_t*, const std::uint8_t*, std::size_t) {},
      [](void*, const std::uint64_t*, std::size_t) {},
      end,
      fine,
      [](void*, std::int64_t) {},
      end,
      nullptr,
      nullptr,
      nullptr};
  tempest_sink_functions sink{
      sizeof sink,
      0,
      create_sink,
      fine,
      [](void*, const tempest_delivery*, std::size_t, std::size_t, std::uint8_t*) {},
      fine,
      fine,
      end,
      end,
      nullptr,
      nullptr};
  tempest_topology_functions topology{
      sizeof topology, 0, [](const tempest_topology_host*, tempest_error*) { return 1; }};
  std::vector<const char*> choices{"red", "green"};
  std::vector<tempest_option> options{{sizeof(tempest_option), TEMPEST_OPTION_INTEGER, 0, 0,
                                       "count", "How many.", "1", nullptr, 1, 0},
                                      {sizeof(tempest_option), TEMPEST_OPTION_ENUM, 0, 2, "colour",
                                       "Which.", nullptr, choices.data(), 1, 0}};
  std::vector<tempest_descriptor> plugins{
      descriptor(TEMPEST_KIND_TASK, "a_task", &task),
      descriptor(TEMPEST_KIND_SOURCE, "a_source", &source),
      descriptor(TEMPEST_KIND_SINK, "a_sink", &sink),
      descriptor(TEMPEST_KIND_TOPOLOGY, "a_topology", &topology)};
  std::vector<const tempest_descriptor*> list{&plugins[0], &plugins[1], &plugins[2], &plugins[3]};
  tempest_library library{
      sizeof library, TEMPEST_ABI_MAJOR, TEMPEST_ABI_MINOR, nullptr, list.data(), 4, 0};

  description() {
    plugins[0].options = options.data();
    plugins[0].option_count = 2;
  }
  description(const description&) = delete;
  description& operator=(const description&) = delete;

  static tempest_descriptor descriptor(std::uint32_t kind, const char* name,
                                       const void* functions) {
    return {sizeof(tempest_descriptor), kind, 0,         0,      name, "1.0", "Does.", nullptr,
            sizeof(tempest_option),     0,    functions, nullptr};
  }
};

struct spoiled {
  const char* name;
  std::function<void(description&)> spoil;
  const char* reason; // "" = still good
};

void PrintTo(const spoiled& one, std::ostream* out) {
  *out << one.name;
}

#define SPOIL(name, statement, reason)              \
  spoiled {                                         \
    name, [](description& d) { statement; }, reason \
  }

class incompatibility_of : public testing::TestWithParam<spoiled> {};

TEST_P(incompatibility_of, a_library) {
  description given;
  GetParam().spoil(given);
  EXPECT_EQ(incompatibility(&given.library), GetParam().reason);
}

const spoiled good_ones[] = {
    SPOIL("sound", (void)d, ""),
    SPOIL("empty", d.library.count = 0; d.library.descriptors = nullptr, ""),
    SPOIL("newer_minor", d.library.abi_minor = 99, ""),
    SPOIL("grown_structs", d.library.size += 8; d.plugins[0].size += 16; d.task.size += 8;
          d.options[0].size += 8, ""),
    SPOIL("unknown_kind", d.plugins[2].kind = 77; d.plugins[2].name = nullptr, ""),
    SPOIL("same_name_of_another_kind", d.plugins[1].name = "a_task", ""),
    SPOIL("unknown_flags", d.plugins[0].flags = ~0u, ""),
    SPOIL("no_build_text", d.library.build = nullptr, ""),
};

const spoiled bad_libraries[] = {
    SPOIL("truncated", d.library.size = 20, "its description is truncated"),
    SPOIL("size_zero", d.library.size = 0, "its description is truncated"),
    SPOIL("major", d.library.abi_major = 2,
          "it was built for plugin ABI 2; this Tempest speaks ABI 1"),
    SPOIL("no_list", d.library.descriptors = nullptr, "its descriptors are missing"),
    SPOIL("no_descriptor", d.list[1] = nullptr, "its descriptor 2 is missing"),
    SPOIL("truncated_descriptor", d.plugins[1].size = 71,
          "its descriptor 2 is truncated: 71 bytes, at least 72 are needed"),
    SPOIL("truncated_descriptor_of_unknown_kind", d.plugins[1].kind = 77;
          d.plugins[1].size = 8, "its descriptor 2 is truncated: 8 bytes, at least 72 are needed"),
    SPOIL("no_name", d.plugins[0].name = nullptr,
          "its descriptor 1 has no proper name ([a-z][a-z0-9_]*)"),
    SPOIL("empty_name", d.plugins[0].name = "",
          "its descriptor 1 has no proper name ([a-z][a-z0-9_]*)"),
    SPOIL("capital_name", d.plugins[0].name = "Split",
          "its descriptor 1 has no proper name ([a-z][a-z0-9_]*)"),
    SPOIL("name_with_digit_first", d.plugins[0].name = "9lives",
          "its descriptor 1 has no proper name ([a-z][a-z0-9_]*)"),
    SPOIL("name_with_escape", d.plugins[0].name = "a\x1b[31m",
          "its descriptor 1 has no proper name ([a-z][a-z0-9_]*)"),
    SPOIL("twice", d.plugins[1] = d.plugins[0], "it offers the task 'a_task' twice"),
    SPOIL("topology_twice", d.plugins[1] = d.plugins[3],
          "it offers the topology 'a_topology' twice"),
    SPOIL("no_version", d.plugins[0].version = nullptr,
          "its task 'a_task' cannot be used: it has no version"),
    SPOIL("no_summary", d.plugins[0].summary = nullptr,
          "its task 'a_task' cannot be used: it has no summary"),
    SPOIL("no_functions", d.plugins[0].functions = nullptr,
          "its task 'a_task' cannot be used: it has no functions"),
};

#define NEEDED(kind, field)                       \
  SPOIL(#kind "_" #field, d.kind.field = nullptr, \
        "its " #kind " 'a_" #kind "' cannot be used: it lacks the function '" #field "'")
#define TRUNCATED(kind, bytes)                   \
  SPOIL(#kind "_truncated", d.kind.size = bytes, \
        "its " #kind " 'a_" #kind "' cannot be used: its functions are truncated")

const spoiled bad_functions[] = {
    NEEDED(task, create),    NEEDED(task, started),     NEEDED(task, handle),
    NEEDED(task, shutdown),  NEEDED(task, destroy),     NEEDED(source, traits),
    NEEDED(source, create),  NEEDED(source, connect),   NEEDED(source, poll),
    NEEDED(source, settle),  NEEDED(source, interrupt), NEEDED(source, healthy),
    NEEDED(source, close),   NEEDED(source, destroy),   NEEDED(sink, create),
    NEEDED(sink, connect),   NEEDED(sink, write),       NEEDED(sink, flush),
    NEEDED(sink, healthy),   NEEDED(sink, close),       NEEDED(sink, destroy),
    NEEDED(topology, build), TRUNCATED(task, 47),       TRUNCATED(source, 95),
    TRUNCATED(sink, 63),     TRUNCATED(topology, 8),
};

const spoiled bad_options[] = {
    SPOIL("missing", d.plugins[0].options = nullptr,
          "its task 'a_task' cannot be used: its options are missing"),
    SPOIL("short_stride", d.plugins[0].option_size = 56,
          "its task 'a_task' cannot be used: its options are truncated"),
    SPOIL("odd_stride", d.plugins[0].option_size = 65,
          "its task 'a_task' cannot be used: its options have a wrong stride"),
    SPOIL("short_option", d.options[1].size = 56,
          "its task 'a_task' cannot be used: its option 2 is truncated"),
    SPOIL("no_name", d.options[0].name = nullptr,
          "its task 'a_task' cannot be used: an option has no proper name ([a-z][a-z0-9_]*)"),
    SPOIL("dashed_name", d.options[0].name = "max-count",
          "its task 'a_task' cannot be used: an option has no proper name ([a-z][a-z0-9_]*)"),
    SPOIL("no_help", d.options[0].help = nullptr,
          "its task 'a_task' cannot be used: option 'count' has no help"),
    SPOIL("no_type", d.options[0].type = 0,
          "its task 'a_task' cannot be used: option 'count' has a type that this Tempest does not "
          "know"),
    SPOIL("later_type", d.options[0].type = 11,
          "its task 'a_task' cannot be used: option 'count' has a type that this Tempest does not "
          "know"),
    SPOIL("no_choices", d.options[1].choice_count = 0,
          "its task 'a_task' cannot be used: option 'colour' has no choices"),
    SPOIL("null_choices", d.options[1].choices = nullptr,
          "its task 'a_task' cannot be used: option 'colour' has no choices"),
    SPOIL("lacks_a_choice", d.choices[1] = nullptr,
          "its task 'a_task' cannot be used: option 'colour' lacks a choice"),
    SPOIL("twice", d.options[1].name = "count",
          "its task 'a_task' cannot be used: it has two options named 'count'"),
};

std::string name_of(const testing::TestParamInfo<spoiled>& tested) {
  return tested.param.name;
}

INSTANTIATE_TEST_SUITE_P(good, incompatibility_of, testing::ValuesIn(good_ones), name_of);
INSTANTIATE_TEST_SUITE_P(bad, incompatibility_of, testing::ValuesIn(bad_libraries), name_of);
INSTANTIATE_TEST_SUITE_P(functions, incompatibility_of, testing::ValuesIn(bad_functions), name_of);
INSTANTIATE_TEST_SUITE_P(options, incompatibility_of, testing::ValuesIn(bad_options), name_of);

TEST(incompatibility, of_nothing) {
  EXPECT_EQ(incompatibility(nullptr), "it describes nothing");
}

TEST(kinds, have_names) {
  EXPECT_STREQ(kind_name(TEMPEST_KIND_TASK), "task");
  EXPECT_STREQ(kind_name(TEMPEST_KIND_TOPOLOGY), "topology");
  EXPECT_STREQ(kind_name(77), "plugin");
  EXPECT_FALSE(is_known_kind(0));
  EXPECT_TRUE(is_known_kind(TEMPEST_KIND_SINK));
  EXPECT_FALSE(is_known_kind(5));
}

} // namespace
} // namespace tempest::plugin
