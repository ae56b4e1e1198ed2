// Numbers for the instances of one topology on one host, kept apart by locked files.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

namespace redis {

// A number that no other process holds that looks into the same folder. The system frees it when
// the process ends, however it ends. The files stay; deleting them would open a race.
class instance_number {
 public:
  instance_number() = default;
  ~instance_number();
  instance_number(instance_number&& other) noexcept;
  instance_number& operator=(instance_number&& other) noexcept;

  // Locks `folder`/`name`.N.lock for the lowest N that is free; makes the folder when it is
  // missing. Throws std::runtime_error with a text for people.
  static instance_number take(const std::filesystem::path& folder, const std::string& name);

  // What to be called by: HOST:N-ID. The eight digits of ID were drawn when the file was made,
  // since other folders (of another user, of a container that has the host's name) have that N,
  // too.
  [[nodiscard]] std::string name() const;

 private:
  int fd_ = -1;
  unsigned value_ = 0;
  std::string id_;
};

// Where Tempest keeps its state: $XDG_STATE_HOME/tempest or ~/.local/state/tempest. Throws
// std::runtime_error when neither variable is set.
[[nodiscard]] std::filesystem::path state_folder();

// What instances are kept apart by: those of one topology that read the same, as `parts` say, share
// their numbers, so that each finds again what it held; others do not. Fit for a file's name.
[[nodiscard]] std::string lock_name(std::string_view source, std::string_view topology,
                                    std::initializer_list<std::string> parts);

// `text` with everything but letters, digits, '-', '_' and '.' replaced, fit for a file's name.
[[nodiscard]] std::string file_name_of(const std::string& text);

} // namespace redis
