// Who is answered, and by what: the token, then the name that was asked for, then the path, then
// the method. Pure, but for what the pages look at.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/admin/message.hpp"

namespace tempest::admin {

// Under which names a client may have found us (the header Host).
enum class host_names : std::uint8_t {
  any,
  // Numbers, and localhost. A web page of anybody's can make its own name lead to this host (DNS
  // rebinding), and read what is answered as if it were its own.
  own
};

class router {
 public:
  using page = std::function<answer(const request& asked)>;
  // A page that has to ask somebody else first.
  using patient_page = std::function<void(const request& asked, const reply& to)>;

  // `token`: what a client has to know (Authorization: Bearer ...); empty: nothing.
  explicit router(std::string token, host_names known = host_names::any)
      : token_(std::move(token)), known_(known) {}

  // What GET and HEAD are answered at `path`. Called on the thread that answers.
  void get(std::string path, page answers);
  void get_later(std::string path, patient_page answers);
  // What POST does there. A web page is refused it: what its author cannot reach, the browser of
  // whoever reads it can.
  void post_later(std::string path, patient_page answers);

  // Whatever was asked. Without the token nobody learns which paths there are.
  void answer_to(const request& asked, const reply& to) const;

 private:
  struct route {
    std::string path;
    bool changes; // POST
    patient_page answers;
  };

  [[nodiscard]] bool knows_token(const request& asked) const;
  [[nodiscard]] answer no_such_path() const;

  const std::string token_;
  const host_names known_;
  std::vector<route> routes_;
};

} // namespace tempest::admin
