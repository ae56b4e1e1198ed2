// What a topology writes is not what it reads.
#include "tests/unit/config/read.hpp"

namespace tempest::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> found(const std::string& source, const std::string& letters,
                               const std::string& sink = "type = 'a'") {
  return read("name = 'x'\n[source]\n" + source + "\n[dead_letter]\n" + letters +
              "\n[[task]]\nname = 'a'\n" + sink + "\n")
      .found;
}

const std::string stream = "type = 'redis_stream'\n[source.config]\nuri = 'redis://h'\n";

TEST(feedback, dead_letters_that_the_source_reads_are_refused) {
  const std::string letters = "sink = 'redis_stream'\n[dead_letter.config]\nuri = 'redis://h'\n";
  EXPECT_THAT(found(stream + "key = 'k'", letters + "key = 'k'"),
              ElementsAre("T.toml:9:1: error: [dead_letter] writes to what [source] reads: each "
                          "letter would come as a message, fail, and make another letter (give "
                          "the dead letters a place of their own)"));
  EXPECT_THAT(found(stream + "keys = ['j', 'k']", letters + "key = 'k'"),
              ElementsAre(HasSubstr("[dead_letter] writes")));
  EXPECT_THAT(found(stream + "key = 'k'", letters + "key = 'dead'"), IsEmpty());
  EXPECT_THAT(found(stream + "key = 'k'",
                    "sink = 'redis_list'\n[dead_letter.config]\n"
                    "uri = 'redis://h'\nkey = 'k'"),
              IsEmpty());
  EXPECT_THAT(found("type = 'file'\n[source.config]\npath = 'a'",
                    "sink = 'file'\n[dead_letter.config]\npath = 'a'"),
              ElementsAre(HasSubstr("[dead_letter] writes")));
  EXPECT_THAT(found("type = 'file'\n[source.config]\npath = 'a'",
                    "sink = 'file'\n[dead_letter.config]\npath = 'b'"),
              IsEmpty());
}

TEST(feedback, a_task_that_writes_what_the_source_reads_is_warned_of) {
  EXPECT_THAT(found(stream + "key = 'k'", "sink = 'stdout'",
                    "sink = 'redis_stream'\n[task.config]\nuri = 'redis://h'\nkey = 'k'"),
              ElementsAre(HasSubstr("warning: task 'a' writes to what [source] reads")));
}

} // namespace
} // namespace tempest::config
