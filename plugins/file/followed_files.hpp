// Files that are read as they grow, whatever becomes of them.
//
// A file is known by its inode: it is read on when it was moved or removed, to its end, before the
// one that took its place. One that was emptied is read from its beginning.
#pragma once

#include <chrono>
#include <list>
#include <set>
#include <string>
#include <vector>

#include "plugins/file/change_watch.hpp"
#include "plugins/file/file_queue.hpp"

namespace file_lines {

struct follow_rules {
  // How long a file is read on that no path leads to any more, and that does not grow.
  std::chrono::milliseconds linger{30'000};
  // How often paths are looked at that the system tells nothing of.
  std::chrono::milliseconds look_every{1000};
};

class followed_files : public file_queue {
 public:
  // `first`: moved files that are read before all others. `keep`: files stay until they are
  // forgotten, so that lines of them can be read again.
  followed_files(std::vector<std::string> asked_for, const std::vector<std::string>& first,
                 line_rules rules, follow_rules times, bool keep, reader_host& host);

  source_file* next(steady::time_point deadline, wakeup& wake) override;
  [[nodiscard]] bool is_ended() const override { return false; }
  void at_end(source_file& file) override;
  void failed(source_file& file, const unreadable& why) override;
  [[nodiscard]] source_file* find(std::uint64_t number) override;
  void has_more(source_file& file) override { file.is_ready = true; }
  void forget(std::uint64_t number) override;

 private:
  [[nodiscard]] source_file* pick(steady::time_point now);
  [[nodiscard]] bool can_read(source_file& file);
  void look(steady::time_point now);
  void look_at_paths(steady::time_point now);
  void look_at(source_file& file, steady::time_point now);
  void restart(source_file& file, steady::time_point now);
  void finish(source_file& file);
  void drop_finished();
  void drop(std::list<source_file>::iterator at);

  struct found_file {
    std::string path;
    file_id id;
  };
  [[nodiscard]] std::vector<found_file> find_files();
  [[nodiscard]] source_file* find(const file_id& id);
  // Whether there was room for it.
  bool add(const std::string& path, std::uint64_t after, steady::time_point now);
  void say_no_room(const std::string& text);
  static void take_back(source_file& file);
  void complain(const std::string& path, const std::string& text);

  std::vector<std::string> asked_for_;
  line_rules rules_;
  follow_rules times_;
  bool keep_;
  bool has_patterns_;
  change_watch watch_;
  std::list<source_file> files_; // in the order in which they are read
  source_file* current_ = nullptr;
  std::uint64_t last_number_ = 0;
  std::uint64_t last_first_ = 0;     // the number of the last one that is read before all others
  std::set<std::string> complained_; // paths that were complained of
  bool is_full_ = false;             // files wait until others are closed
  bool told_ = false;                // of a change, since the last look
  steady::time_point turn_ends_{};   // of the current file
  steady::time_point last_look_{};
  steady::time_point next_look_{};
  steady::time_point last_paths_{};
  steady::time_point next_paths_{};
};

} // namespace file_lines
