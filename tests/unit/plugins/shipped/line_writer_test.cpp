// What a line_writer asks of the disk.
#include "plugins/file/line_writer.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

#include "tests/unit/plugins/shipped/scratch_folder.hpp"

namespace {

std::function<int(int)> disk; // stands for fsync in this program

} // namespace

// The writer is linked into this program, so that it calls this one.
extern "C" int fsync(int fd) {
  return disk ? disk(fd) : static_cast<int>(::syscall(SYS_fsync, fd));
}

namespace file_lines {
namespace {

using testing::ElementsAre;

class line_writer_test : public testing::Test {
 protected:
  ~line_writer_test() override { disk = nullptr; }

  void flush(bool sync) {
    line_writer writer(folder_ / "out", sync);
    writer.open();
    for (const char* const text : {"a\n", "b\n"}) {
      writer.pending() = text;
      writer.flush();
    }
  }
  tempest::test::scratch_folder folder_;
  std::vector<off_t> confirmed_; // how long the file was each time
};

TEST_F(line_writer_test, what_is_synced_is_on_the_disk_before_flush_returns) {
  disk = [this](int fd) {
    struct stat found {};
    ::fstat(fd, &found);
    confirmed_.push_back(found.st_size);
    return 0;
  };
  flush(false);
  EXPECT_THAT(confirmed_, ElementsAre());
  flush(true);
  EXPECT_THAT(confirmed_, ElementsAre(6, 8));
}

TEST_F(line_writer_test, what_the_disk_did_not_take_is_no_success_and_taken_back) {
  flush(true);
  disk = [](int) {
    errno = EIO;
    return -1;
  };
  EXPECT_THROW(flush(true), std::runtime_error);
  EXPECT_EQ(folder_.read("out"), "a\nb\n");
}

} // namespace
} // namespace file_lines
