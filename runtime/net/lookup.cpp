#include "runtime/net/lookup.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "runtime/base/error.hpp"
#include "runtime/base/thread.hpp"
#include "runtime/net/asio.hpp"

namespace tempest::net {
namespace {

std::string reason_of(int error, int system_error) {
  if (error == EAI_SYSTEM) return std::generic_category().message(system_error);
  return ::gai_strerror(error);
}

bool stands_for_itself(const address& name) {
  error_code no_number;
  asio::ip::make_address(name.host, no_number);
  return name.is_unix() || !no_number;
}

} // namespace

lookup_answer ask_system(const address& name) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int error = ::getaddrinfo(name.host.c_str(), nullptr, &wanted, &first);
  if (error != 0) return {{}, reason_of(error, errno)};
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(first, ::freeaddrinfo);
  lookup_answer found;
  for (const addrinfo* one = first; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> number{};
    if (::getnameinfo(one->ai_addr, one->ai_addrlen, number.data(), number.size(), nullptr, 0,
                      NI_NUMERICHOST) != 0) {
      continue;
    }
    found.places.push_back({number.data(), name.port, {}});
  }
  if (found.places.empty()) found.why = "the name has no address";
  return found;
}

void look_up(loop& serving, const address& name, const lookup_function& ask,
             std::function<void(const lookup_answer& found)> handler) {
  const auto tell = [handler = std::move(handler)](lookup_answer found) {
    return [handler, found = std::move(found)] { handler(found); };
  };
  if (stands_for_itself(name)) return run_soon(serving, tell({{name}, {}}));
  try {
    base::start_thread(fmt::format("the lookup of {}", name.host), [door = serving.door(), name,
                                                                    ask, tell] {
      door->run_soon(tell(ask(name)));
    }).detach();
  } catch (const base::failure& refused) {
    run_soon(serving, tell({{}, refused.what()}));
  }
}

} // namespace tempest::net
