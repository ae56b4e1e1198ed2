// Certificates for one test run, made by the openssl command: no key is ever kept.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tempest::test {

// Paths of what its owner shows, and of what it checks others with.
struct certificate {
  std::string cert, key, ca;
};

// A folder with an authority of its own; gone with the object.
class authority {
 public:
  explicit authority(const std::string& name)
      : folder_(std::filesystem::temp_directory_path() /
                ("tempest-ca-" + name + "-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    run("req -x509 " + fresh_key("ca") + " -days 2 -subj /CN=" + name + " -out " + at("ca.pem"));
  }
  ~authority() { std::filesystem::remove_all(folder_); }
  authority(const authority&) = delete;
  authority& operator=(const authority&) = delete;

  // For that host, a name or an IPv4 address.
  [[nodiscard]] certificate issue(const std::string& host, int days = 2) const {
    const bool is_name = host.find_first_not_of("0123456789.") != std::string::npos;
    run("req " + fresh_key(host) + " -subj /CN=" + host + " -addext subjectAltName=" +
        (is_name ? "DNS:" : "IP:") + host + " -out " + at(host + ".csr"));
    run("x509 -req -copy_extensions copy -days " + std::to_string(days) + " -in " +
        at(host + ".csr") + " -CA " + at("ca.pem") + " -CAkey " + at("ca.key") +
        " -CAcreateserial -out " + at(host + ".pem"));
    return {at(host + ".pem"), at(host + ".key"), at("ca.pem")};
  }

 private:
  [[nodiscard]] std::string at(const std::string& file) const { return folder_ / file; }
  [[nodiscard]] std::string fresh_key(const std::string& owner) const {
    return "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + at(owner + ".key");
  }
  static void run(const std::string& arguments) {
    const std::string command = "openssl " + arguments + " 2>/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("cannot " + command);
  }

  const std::filesystem::path folder_;
};

} // namespace tempest::test
