#include "sdk/testing/delivery_record.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "sdk/testing/text.hpp"

namespace tempest::testing {
namespace {

// Of all records: tests are small.
std::mutex mutex;
std::condition_variable ended;

} // namespace

delivery_record& delivery_record::make(input message, std::size_t number) {
  static auto* const all = new std::deque<delivery_record>; // see above
  const std::scoped_lock lock(mutex);
  delivery_record& made = all->emplace_back();
  made.message_ = std::move(message);
  if (made.message_.id.empty()) made.message_.id = std::to_string(number);
  made.headers_ = to_c(made.message_.headers);
  tempest_delivery& c = made.delivery_;
  c.id = slice(made.message_.id);
  c.payload = slice(made.message_.payload);
  if (made.message_.key) c.key = slice(*made.message_.key);
  c.headers = made.headers_.data();
  c.header_count = static_cast<std::uint32_t>(made.headers_.size());
  c.path = made.message_.path.data();
  c.path_length = static_cast<std::uint32_t>(made.message_.path.size());
  c.attempt = made.message_.attempt;
  c.deliveries = made.message_.deliveries;
  c.timestamp_ms = made.message_.timestamp;
  return made;
}

result delivery_record::now() const {
  const std::scoped_lock lock(mutex);
  result made = result_;
  if (made.how != ending::succeeded) made.outputs.clear();
  return made;
}

bool delivery_record::is_open() const {
  const std::scoped_lock lock(mutex);
  return result_.how == ending::open;
}

bool delivery_record::keep(emitted one) {
  const std::scoped_lock lock(mutex);
  if (result_.how != ending::open) return false;
  result_.outputs.push_back(std::move(one));
  return true;
}

bool delivery_record::emit(const tempest_output& output) {
  return keep(made_of(delivery_, output));
}

bool delivery_record::emit(tempest_slice payload) {
  return keep(made_of(delivery_, payload));
}

bool delivery_record::forward() {
  return keep(inherited(delivery_));
}

bool delivery_record::progress() {
  const std::scoped_lock lock(mutex);
  if (result_.how != ending::open) return false;
  ++result_.progressed;
  return true;
}

bool delivery_record::end(ending how, std::string reason) {
  {
    const std::scoped_lock lock(mutex);
    if (result_.how != ending::open) {
      ++result_.late_ends;
      return false;
    }
    result_.how = how;
    result_.reason = std::move(reason);
  }
  ended.notify_all();
  return true;
}

void delivery_record::defer() {
  const std::scoped_lock lock(mutex);
  deferred_ = true;
}

void delivery_record::handled() {
  const std::scoped_lock lock(mutex);
  if (deferred_ || result_.how != ending::open) return;
  result_.how = ending::failed;
  result_.reason = "handle returned, and the delivery was neither finished nor deferred";
}

bool delivery_record::wait(const std::vector<delivery_record*>& all,
                           std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex);
  return ended.wait_for(lock, limit, [&] {
    return std::none_of(all.begin(), all.end(), [](const delivery_record* one) {
      return one->result_.how == ending::open;
    });
  });
}

} // namespace tempest::testing
