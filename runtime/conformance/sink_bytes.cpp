// Payloads of any bytes and of any size: each is written whole, or rejected.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "runtime/base/utf8.hpp"
#include "runtime/conformance/destination.hpp"
#include "runtime/conformance/sink_cases.hpp"
#include "runtime/conformance/sink_script.hpp"

namespace tempest::conformance {
namespace {

constexpr std::size_t large = std::size_t{1} << 20;
constexpr int tries = 3;

struct odd_payload {
  std::string name; // for people
  std::string bytes;
};

std::vector<odd_payload> odd_payloads(site& at) {
  const auto begin = [&] { return at.payloads(1).front(); };
  std::vector<odd_payload> made = {
      {"empty", ""},
      {"one byte", "x"},
      {"quotes, backslashes, tabs and other letters",
       begin() + R"( 'a' "b" `c` \n \\ \0 %s $x {} <&>;)" +
           "\t\tcaf\u00e9 \u6f22\u5b57 \U0001f300 end "},
      {"line ends", begin() + " one\r\n\ntwo end"},
      {"a zero byte", begin() + std::string(" \0 end", 6)},
      {"bytes that are no text", begin() + " \xff\xc0\x80\x1b end"},
  };
  for (const std::size_t bytes : {std::size_t{1000}, std::size_t{at.given().max_bytes}, large}) {
    made.push_back({fmt::format("{} bytes", bytes), at.payloads(1, bytes).front()});
  }
  return made;
}

// What any sink can take; the rest is its own business.
bool has_to_be_taken(const site& at, const std::string& payload) {
  return !payload.empty() && payload.size() <= at.given().max_bytes && base::is_readable(payload) &&
         payload.find('\n') == std::string::npos;
}

// Of each message its own; both are text.
std::string key_of(std::size_t number) {
  return fmt::format("key-{}", number);
}
std::string header_of(std::size_t number) {
  return fmt::format("header-{}", number);
}

// What the messages of these numbers have is to be among what the command printed.
void need_all_of(const std::optional<std::vector<std::string>>& printed,
                 const std::vector<std::size_t>& numbers, std::string (*of)(std::size_t)) {
  for (const std::size_t number : printed ? numbers : std::vector<std::size_t>{}) {
    if (std::ranges::find(*printed, of(number)) != printed->end()) continue;
    throw found(fmt::format("of a message that was written the {} is not there", of(number)));
  }
}

// Alone, since a broker that hangs up on one may take others with it. Whether it was written, not
// rejected.
bool is_written(sink_script& sink, const odd_payload& what, std::size_t number) {
  for (int i = 0; i < tries; ++i) {
    if (!sink.connected) sink.reach();
    const auto results =
        sink.write({what.bytes}, {{"key", key_of(number)}, {"header", header_of(number)}});
    if (results.front() == TEMPEST_WRITE_REJECTED) return false;
    if (sink.flush() && results.front() == TEMPEST_WRITTEN) return true;
    if (!sink.healthy()) sink.lost();
  }
  throw found(
      fmt::format("{}: neither written nor rejected, but failed: it would be tried for ever; its "
                  "last reason: {}",
                  what.name, sink.error));
}

} // namespace

std::string sink_bears_any_bytes(site& at) {
  destination there(at);
  sink_script sink(at);
  std::vector<std::string> rejected;
  std::vector<std::size_t> written;
  const std::vector<odd_payload> all = odd_payloads(at);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const odd_payload& one = all[i];
    if (is_written(sink, one, i)) {
      there.confirmed({one.bytes});
      written.push_back(i);
    } else if (has_to_be_taken(at, one.bytes)) {
      throw found(
          fmt::format("it rejects {}: text of up to {} bytes must be taken, or less where "
                      "`max_bytes` says so",
                      one.name, at.given().max_bytes));
    } else {
      rejected.push_back(one.name);
    }
  }
  const std::vector<std::string> last = at.payloads(1); // after which it still works
  sink.deliver(last);
  sink.end();
  there.confirmed(last);
  there.look(repeats::allowed);
  need_all_of(at.keys(), written, key_of);
  need_all_of(at.headers(), written, header_of);
  return fmt::format("{} written{}{}{}", written.size(),
                     rejected.empty() ? "" : "; rejected: ", fmt::join(rejected, ", "),
                     there.words());
}

} // namespace tempest::conformance
