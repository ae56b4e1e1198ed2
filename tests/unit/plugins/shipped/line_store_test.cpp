// Lines that are read in pages and erased while others append.
#include "plugins/file/line_store.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "plugins/file/line_writer.hpp"
#include "tests/support/plugin_harness.hpp"
#include "tests/unit/plugins/shipped/full_disk.hpp"
#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace tempest::test {
namespace {

using file_lines::line_id;
using file_lines::line_store;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class line_store_test : public testing::Test {
 protected:
  static std::vector<std::string> texts(line_store& store, std::size_t page = 100,
                                        std::size_t bytes = 1000) {
    std::vector<std::string> made;
    off_t at = 0;
    while (!store.at_end(at)) {
      const auto lines = store.read(at, page, bytes);
      EXPECT_LE(lines.size(), page);
      for (const auto& one : lines) made.push_back(one.text);
    }
    return made;
  }

  scratch_folder folder_;
};

TEST_F(line_store_test, reads_in_pages_by_number_and_by_bytes) {
  folder_.write("f", "one\n\nthree\n" + std::string(200000, 'x') + "\nhalf");
  line_store store(folder_ / "f");
  store.begin();
  for (const std::size_t page : {1U, 2U, 100U}) {
    EXPECT_THAT(texts(store, page),
                ElementsAre("one", "", "three", std::string(200000, 'x'), "half"));
  }
  off_t at = 0;
  EXPECT_EQ(store.read(at, 100, 7).size(), 2u); // three would be too much
  EXPECT_EQ(store.read(at, 100, 1).size(), 1u); // one at least
}

TEST_F(line_store_test, what_is_not_there_has_no_lines_and_stays_away) {
  line_store store(folder_ / "none/f");
  store.begin();
  EXPECT_THAT(texts(store), IsEmpty());
  EXPECT_EQ(store.erase({"0"}), 0u);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none"));
}

TEST_F(line_store_test, shows_what_was_there_at_its_beginning_though_the_file_is_replaced) {
  folder_.write("f", "1\n2\n3\n");
  line_store store(folder_ / "f");
  store.begin();
  off_t at = 0;
  store.read(at, 1, 100);
  line_store other(folder_ / "f");
  EXPECT_EQ(other.erase({line_id("1"), line_id("2")}), 2u);
  file_lines::line_writer writer(folder_ / "f", false);
  writer.pending() = "4\n";
  writer.flush();
  std::vector<std::string> rest;
  while (!store.at_end(at)) rest.push_back(store.read(at, 1, 100).at(0).text);
  EXPECT_THAT(rest, ElementsAre("2", "3"));
  EXPECT_EQ(folder_.read("f"), "3\n4\n");
  store.begin();
  EXPECT_THAT(texts(store), ElementsAre("3", "4"));
}

TEST_F(line_store_test, erases_all_lines_of_an_id_and_keeps_rights_and_links) {
  folder_.write("f", "a\nb\na\nhalf");
  const std::string path = folder_ / "f";
  ::chmod(path.c_str(), 0640);
  std::filesystem::create_symlink("f", folder_ / "link");
  line_store store(folder_ / "link");
  EXPECT_EQ(store.erase({line_id("a"), line_id("gone")}), 2u);
  EXPECT_EQ(folder_.read("f"), "b\nhalf");
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link"));
  struct stat found {};
  ::stat(path.c_str(), &found);
  EXPECT_EQ(found.st_mode & 0777U, 0640U);
  EXPECT_EQ(store.erase({line_id("gone")}), 0u);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "f.erasing"));
}

TEST_F(line_store_test, a_rest_of_a_killed_erase_is_in_nobodys_way) {
  folder_.write("f", "a\nb\n");
  folder_.write("f.erasing", "nonsense that is longer than what will be written");
  EXPECT_EQ(line_store(folder_ / "f").erase({line_id("a")}), 1u);
  EXPECT_EQ(folder_.read("f"), "b\n");
}

std::string object(int number) {
  return R"({"number":)" + std::to_string(number) + "}";
}

std::string objects(int from, int to) {
  std::string made;
  for (int i = from; i < to; ++i) made += object(i) + "\n";
  return made;
}

std::set<std::string_view> ids_of(const std::vector<file_lines::stored_line>& lines) {
  std::set<std::string_view> made;
  for (const auto& one : lines) made.insert(one.id);
  return made;
}

TEST_F(line_store_test, marks_what_it_showed_and_gives_its_room_back_at_the_end) {
  folder_.write("f", objects(0, 6) + object(1) + "\n" + object(6));
  line_store store(folder_ / "f");
  store.begin();
  off_t at = 0;
  store.read(at, 2, 1000);
  EXPECT_EQ(store.erase({line_id(object(1))}), 1u);
  const std::string marked = "{\"\x7fumber\":1}\n";
  EXPECT_EQ(folder_.read("f"),
            objects(0, 1) + marked + objects(2, 6) + object(1) + "\n" + object(6));
  store.read(at, 100, 1000);
  EXPECT_EQ(store.erase({line_id(object(1)), line_id(object(6))}), 2u);
  EXPECT_EQ(store.erase({line_id(object(1))}), 0u);
  line_store other(folder_ / "f");
  other.begin();
  EXPECT_THAT(texts(other), ElementsAre(object(0), object(2), object(3), object(4), object(5)));
  file_lines::line_writer writer(folder_ / "f", false);
  writer.pending() = object(7) + "\n";
  writer.flush();
  store.compact();
  EXPECT_EQ(folder_.read("f"), objects(0, 1) + objects(2, 6) + object(7) + "\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "f.erasing"));
}

TEST_F(line_store_test, what_a_killed_one_had_marked_is_gone_and_leaves_with_the_next) {
  folder_.write("f", objects(0, 3));
  {
    line_store killed(folder_ / "f");
    killed.begin();
    off_t at = 0;
    EXPECT_EQ(killed.erase(ids_of(killed.read(at, 2, 1000))), 2u);
  }
  line_store next(folder_ / "f");
  next.begin();
  next.compact(); // it has erased nothing: the file stays as it is
  EXPECT_NE(folder_.read("f"), objects(2, 3));
  off_t at = 0;
  const auto rest = next.read(at, 1, 1000);
  EXPECT_EQ(rest.at(0).text, object(2));
  EXPECT_EQ(next.erase(ids_of(rest)), 1u);
  next.compact();
  EXPECT_EQ(folder_.read("f"), "");
}

TEST_F(line_store_test, only_what_begins_as_an_object_with_a_name_is_marked) {
  const std::vector<std::string> others = {"",        "{",    "{\"", "{\"\":1}", "{\"\\u0041\":1}",
                                           "[\"a\"]", "plain"};
  std::string text = "{\"\x7f\":\"looks erased\"}\n";
  for (const std::string& one : others) text += one + "\n";
  folder_.write("f", text + objects(0, 2));
  line_store store(folder_ / "f");
  store.begin();
  off_t at = 0;
  const auto lines = store.read(at, others.size(), 1000);
  EXPECT_EQ(store.erase(ids_of(lines)), others.size());
  EXPECT_EQ(folder_.read("f"), objects(0, 2));
  // Now it stands elsewhere than where it was shown.
  EXPECT_EQ(store.erase(ids_of(store.read(at, 1, 1000))), 1u);
  EXPECT_EQ(folder_.read("f"), objects(1, 2));
}

// What this process has read and written, however it did.
std::uint64_t bytes_moved() {
  std::ifstream counts("/proc/self/io");
  std::uint64_t sum = 0;
  std::string name;
  for (std::uint64_t number = 0; counts >> name >> number;) {
    if (name == "rchar:" || name == "wchar:") sum += number;
  }
  return sum;
}

TEST_F(line_store_test, to_erase_four_times_as_much_costs_four_times_as_much) {
  const std::string end(1000, 'x'); // so that the files are longer than what is read at once
  const auto cost = [&](int lines) {
    std::string text;
    for (int i = 0; i < lines; ++i) text += object(i) + end + "\n";
    folder_.write("f", text);
    const std::uint64_t before = bytes_moved();
    line_store store(folder_ / "f");
    store.begin();
    for (off_t at = 0; !store.at_end(at);) {
      const auto page = store.read(at, 50, 1 << 20);
      EXPECT_EQ(store.erase(ids_of(page)), page.size());
    }
    store.compact();
    EXPECT_EQ(folder_.read("f"), "");
    return bytes_moved() - before;
  };
  const std::uint64_t few = cost(1000);
  EXPECT_GT(few, 0u);
  EXPECT_LT(cost(4000), few * 9 / 2);
}

TEST_F(line_store_test, a_disk_that_takes_nothing_loses_nothing) {
  folder_.write("f", objects(0, 1000));
  line_store store(folder_ / "f");
  store.begin();
  off_t at = 0;
  const auto first = store.read(at, 1, 1000);
  {
    const full_disk disk(0);
    EXPECT_THROW((void)store.erase(ids_of(first)), std::runtime_error);
  }
  EXPECT_EQ(folder_.read("f"), objects(0, 1000));
  EXPECT_EQ(store.erase(ids_of(first)), 1u);
  {
    const full_disk disk(1000); // too small for what is left
    EXPECT_THROW(store.compact(), std::runtime_error);
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "f.erasing"));
  store.begin();
  EXPECT_EQ(texts(store).size(), 999u);
}

TEST_F(line_store_test, what_is_no_file_is_refused) {
  line_store store(folder_ / "");
  EXPECT_THROW(store.begin(), std::runtime_error);
}

// Two writers append while a third party erases what it finds: each line was either found or stays.
class while_others_append : public line_store_test,
                            public testing::WithParamInterface<const char*> {};

TEST_P(while_others_append, nothing_is_lost) {
  constexpr int lines_each = 1500;
  std::atomic<int> writing{2};
  const auto append = [&](char mark) {
    file_lines::line_writer writer(folder_ / "f", false);
    for (int i = 0; i < lines_each; ++i) {
      writer.pending() = GetParam() + (mark + std::to_string(i)) + "\n";
      writer.flush();
    }
    --writing;
  };
  std::thread first(append, 'a');
  std::thread second(append, 'b');
  std::set<std::string> found;
  bool last = false;
  while (!last) {
    last = writing == 0;
    line_store store(folder_ / "f");
    store.begin();
    off_t at = 0;
    while (!store.at_end(at)) {
      const auto page = store.read(at, 50, 1000);
      for (const auto& one : page) {
        EXPECT_TRUE(found.insert(one.text).second) << one.text << " was erased before";
      }
      EXPECT_EQ(store.erase(ids_of(page)), page.size());
    }
    store.compact();
  }
  first.join();
  second.join();
  EXPECT_EQ(found.size(), 2U * lines_each);
  EXPECT_EQ(folder_.read("f"), "");
}

// Marked where they stand, and left out of a new file.
INSTANTIATE_TEST_SUITE_P(both_ways, while_others_append, testing::Values("{\"n", "line "));

class browsed_file_sink : public testing::Test {
 protected:
  const tempest_descriptor& descriptor_ =
      find_descriptor(TEMPEST_FILE_LIBRARY, TEMPEST_KIND_SINK, "file");
  scratch_folder folder_;
};

TEST_F(browsed_file_sink, shows_what_was_written_in_both_formats) {
  for (const char* format : {"lines", "json"}) {
    sink_harness sink(descriptor_, {{"path", toml(folder_ / format)}, {"format", toml(format)}});
    EXPECT_THAT(sink.browse(), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(folder_ / format)) << "looking makes nothing";
    ASSERT_TRUE(sink.connect());
    std::vector<written_message> batch;
    for (int i = 0; i < 25; ++i) batch.push_back({"{\"n\":" + std::to_string(i) + "}", {}, {}});
    sink.write(batch);
    ASSERT_TRUE(sink.flush());
    const auto found = sink.browse(10);
    ASSERT_EQ(found.size(), 25u);
    EXPECT_EQ(found[24].payload, "{\"n\":24}");
    EXPECT_EQ(sink.erase({found[0].id, found[24].id, "ffff"}), 2u);
    sink.write({{"after", {}, {}}});
    ASSERT_TRUE(sink.flush());
    EXPECT_EQ(sink.browse().size(), 24u);
    EXPECT_EQ(sink.browse().back().payload, "after");
  }
}

TEST_F(browsed_file_sink, names_a_line_that_it_did_not_write) {
  folder_.write("out", "nonsense\n{\"payload_base64\":\"/wE=\"}\n{\"payload_base64\":\"*\"}\n");
  sink_harness sink(descriptor_, {{"path", toml(folder_ / "out")}, {"format", toml("json")}});
  const auto found = sink.browse();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_THAT(found[0].problem.value_or(""), HasSubstr("no JSON object with a payload"));
  EXPECT_EQ(found[1].payload, "\xff\x01");
  EXPECT_TRUE(found[2].problem.has_value());
  EXPECT_EQ(sink.erase({found[0].id}), 1u);
}

} // namespace
} // namespace tempest::test
