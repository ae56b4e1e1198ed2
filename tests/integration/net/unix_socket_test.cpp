// A Unix socket is a file: the listener makes one, and takes none away that is not its own.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "runtime/base/error.hpp"
#include "tests/integration/net/rig.hpp"

namespace tempest::net {
namespace {

namespace fs = std::filesystem;

struct served_by_file : served {
  served_by_file() {
    fs::create_directories(folder);
    settings.listen = *listening_address("unix:" + path.string(), 0);
  }
  ~served_by_file() override {
    server_.reset();
    fs::remove_all(folder);
  }

  void put_file() const { std::ofstream(path) << "precious"; }
  [[nodiscard]] std::string content() const {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // A socket that nobody listens on any more.
  void put_dead_socket() const {
    sockaddr_un place{};
    place.sun_family = AF_UNIX;
    const std::string text = path;
    std::copy(text.begin(), text.end(), place.sun_path);
    const int made = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(made, reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
    ::close(made);
  }

  const fs::path folder =
      fs::temp_directory_path() / ("tempest-unix-" + std::to_string(::getpid()));
  const fs::path path = folder / "topology.sock";
};

TEST_F(served_by_file, a_file_that_is_no_socket_is_named_and_left_alone) {
  put_file();
  try {
    serve();
    ADD_FAILURE() << "it listens";
  } catch (const base::failure& why) {
    EXPECT_EQ(why.code(), base::exit_code::unavailable);
    EXPECT_THAT(why.what(), testing::HasSubstr(path.string()));
    EXPECT_THAT(why.what(), testing::HasSubstr("no socket"));
  }
  server_.reset();
  EXPECT_EQ(content(), "precious");
}

TEST_F(served_by_file, the_socket_of_a_process_that_died_does_not_stand_in_the_way) {
  put_dead_socket();
  ASSERT_TRUE(fs::is_socket(path));
  serve();
  join();
}

TEST_F(served_by_file, the_socket_of_a_living_process_is_taken) {
  serve();
  server second(in, settings, pool, owner);
  EXPECT_THROW(second.listen(), base::failure);
  join(); // the first one still has it
}

TEST_F(served_by_file, what_took_the_place_of_its_socket_stays) {
  serve();
  const fs::path moved = folder / "moved.sock"; // its inode is not given to another file
  fs::rename(path, moved);
  put_file();
  server_.reset();
  EXPECT_EQ(content(), "precious");
}

} // namespace
} // namespace tempest::net
