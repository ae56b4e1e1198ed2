#include "runtime/net/connection.hpp"

#include <algorithm>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/net/stranger_words.hpp"
#include "runtime/net/tls_words.hpp"

namespace tempest::net {
namespace {

// A buffer that one large frame has blown up is given back.
constexpr std::size_t kept_bytes = std::size_t{4} * 1024 * 1024;

// The heartbeats of a host are said at the same moments, so that a thread with a hundred peers
// wakes a few times in a period and not two hundred.
constexpr std::int64_t moments_a_period = 8;

std::int64_t beat_after(std::int64_t now_ns, std::int64_t period_ns) {
  const std::int64_t step_ns = std::max<std::int64_t>(1, period_ns / moments_a_period);
  return (now_ns + period_ns) / step_ns * step_ns;
}

void empty(std::vector<char>& buffer) {
  buffer.clear();
  if (buffer.capacity() > kept_bytes) std::vector<char>().swap(buffer);
}

} // namespace

connection::connection(loop& serving, std::unique_ptr<transport> over, base::chunk_pool& pool,
                       const patience& limits, connection_user& user)
    : loop_(serving),
      transport_(std::move(over)),
      limits_(limits),
      user_(&user),
      reader_(pool),
      clock_(serving) {}

connection::~connection() = default;

void connection::start(bool accepted) {
  started_ns_ = heard_ns_ = taken_ns_ = base::steady_ns();
  accepted_ = accepted;
  set_clock(started_ns_);
  transport_->handshake(
      [me = shared_from_this()](std::error_code failed, std::size_t) { me->ready(failed); });
}

void connection::ready(std::error_code failed) {
  if (closed_) return;
  if (failed) return end(no_tls_words(transport_->explain(failed), is_of_tls(failed)));
  ready_ = true;
  flush_soon();
  read();
}

void connection::open(std::size_t max_frame_bytes, std::chrono::milliseconds heartbeat) {
  reader_.limit(max_frame_bytes);
  heartbeat_ns_ = std::max<std::int64_t>(1'000'000, base::nanoseconds(heartbeat));
  const std::int64_t now_ns = base::steady_ns();
  next_heartbeat_ns_ = beat_after(now_ns, heartbeat_ns_);
  set_clock(now_ns);
}

// --- reading

void connection::read() {
  room_ = passed_over_;
  if (user_ != nullptr) room_ = reader_.room();
  transport_->read_some(room_,
                        [me = shared_from_this()](std::error_code failed, std::size_t bytes) {
                          me->was_read(failed, bytes);
                        });
}

void connection::was_read(std::error_code failed, std::size_t bytes) {
  if (closed_) return;
  if (failed) return end_of_stream(failed);
  heard_ns_ = base::steady_ns();
  if (!heard_a_frame_) note_first_bytes(room_.first(bytes), first_bytes_);
  try {
    if (user_ != nullptr) {
      reader_.filled(bytes);
      take_frames();
    }
    if (!closed_) read();
  } catch (const wire::protocol_error& wrong) {
    end(words_for(wrong));
    if (!closed_) read(); // it says good-bye meanwhile
  }
}

// Who has said a frame is one of ours, whatever comes after it.
std::string connection::words_for(const wire::protocol_error& wrong) const {
  const bool strange = dynamic_cast<const wire::no_frame*>(&wrong) != nullptr;
  if (!strange || heard_a_frame_) return wrong.what();
  return stranger_words(first_bytes_, wrong.what(), accepted_);
}

void connection::take_frames() {
  while (user_ != nullptr) {
    const auto frame = reader_.next();
    if (!frame) return;
    user_->received(*frame);
    heard_a_frame_ = true;
  }
}

// --- writing

void connection::send(std::span<const char> body) {
  if (closed_ || leaving_) return;
  wire::append_frame(filling_, body);
  flush_soon();
}

// The first frame of a turn asks for a write after it; those that follow go with it.
void connection::flush_soon() {
  if (!ready_ || writing_ || flush_is_due_ || filling_.empty()) return;
  flush_is_due_ = true;
  run_soon(loop_, [me = shared_from_this()] {
    me->flush_is_due_ = false;
    if (!me->closed_ && !me->writing_) me->flushed();
  });
}

// What was being written is: the rest is next, or the good-bye is complete.
void connection::flushed() {
  empty(flushing_);
  written_ = 0;
  std::swap(filling_, flushing_);
  taken_ns_ = base::steady_ns();
  if (!flushing_.empty()) return write();
  if (leaving_) transport_->end_of_writing();
}

void connection::write() {
  writing_ = true;
  const auto rest = std::span<const char>(flushing_).subspan(written_);
  transport_->write_some(rest,
                         [me = shared_from_this()](std::error_code failed, std::size_t bytes) {
                           me->was_written(failed, bytes);
                         });
}

void connection::was_written(std::error_code failed, std::size_t bytes) {
  writing_ = false;
  if (closed_) return;
  if (failed) return end_of_stream(failed);
  written_ += bytes;
  passed_on_ += bytes;
  taken_ns_ = base::steady_ns();
  written_ < flushing_.size() ? write() : flushed();
}

// --- time

std::int64_t connection::patient_until_ns() const {
  if (leaving_) {
    // Whoever has taken all may still have to read it.
    const bool taken = arrived_ == said();
    return (taken ? std::max(heard_ns_, taken_ns_) : taken_ns_) +
           base::nanoseconds(limits_.silence);
  }
  if (!heard_a_frame_) return started_ns_ + base::nanoseconds(limits_.first_frame);
  const std::int64_t moved_ns = writing_ ? std::min(heard_ns_, taken_ns_) : heard_ns_;
  return moved_ns + base::nanoseconds(limits_.silence);
}

std::string connection::out_of_patience(std::int64_t now_ns) const {
  if (now_ns < patient_until_ns()) return {};
  if (!heard_a_frame_) return silence_words(limits_.first_frame, accepted_, ready_);
  const bool silent = now_ns - heard_ns_ >= base::nanoseconds(limits_.silence);
  return silent ? "it is silent" : "it does not read what it is told";
}

void connection::set_clock(std::int64_t now_ns) {
  const std::int64_t look_ns = now_ns + base::nanoseconds(limits_.farewell) / 4;
  std::int64_t next_ns = leaving_ ? std::min(leave_by_ns_, look_ns) : patient_until_ns();
  if (!leaving_ && heartbeat_ns_ > 0) next_ns = std::min(next_ns, next_heartbeat_ns_);
  clock_at_ns_ = std::max(now_ns, next_ns);
  clock_.at(clock_at_ns_, [me = weak_from_this()] {
    if (const auto alive = me.lock(); alive != nullptr) alive->look_at_clock();
  });
}

void connection::look_at_clock() {
  if (closed_) return;
  const std::int64_t now_ns = base::steady_ns();
  // This process was held up: it is not the peer's fault that nothing of it was read.
  if (now_ns - clock_at_ns_ > base::nanoseconds(limits_.silence) / 2)
    heard_ns_ = taken_ns_ = now_ns;
  if (leaving_) return look_at_farewell(now_ns);
  if (const std::string why = out_of_patience(now_ns); !why.empty()) return end(why);
  if (heartbeat_ns_ > 0 && now_ns >= next_heartbeat_ns_) {
    next_heartbeat_ns_ = beat_after(now_ns, heartbeat_ns_);
    user_->heartbeat_due();
  }
  if (!closed_) set_clock(base::steady_ns());
}

// A slow peer is not a deaf one.
void connection::look_at_farewell(std::int64_t now_ns) {
  if (const std::uint64_t taken = arrived(); taken > std::exchange(arrived_, taken)) {
    taken_ns_ = now_ns;
  }
  const bool silent = patient_ && now_ns >= patient_until_ns();
  silent || now_ns >= leave_by_ns_ ? close() : set_clock(now_ns);
}

std::uint64_t connection::arrived() const {
  if (closed_) return arrived_;
  return passed_on_ - std::min<std::uint64_t>(passed_on_, transport_->on_the_way());
}

// --- the end

void connection::end_of_stream(std::error_code failed) {
  const std::string why = transport_->explain(failed);
  if (is_of_tls(failed)) return end(why);
  end(heard_a_frame_ ? "it hung up: " + why : hang_up_words(why, first_bytes_, accepted_));
}

void connection::end(std::string_view reason) {
  connection_user* const told = std::exchange(user_, nullptr);
  if (told != nullptr) told->ended(reason);
  if (!leaving_ || told == nullptr) close();
}

void connection::leave(std::span<const char> last_body, std::int64_t until_ns) {
  if (closed_ || leaving_) return;
  if (!last_body.empty()) send(last_body);
  user_ = nullptr;
  leaving_ = true;
  if (!ready_) return close();
  const std::int64_t now_ns = base::steady_ns();
  leave_by_ns_ = now_ns + base::nanoseconds(limits_.farewell);
  patient_ = until_ns > leave_by_ns_;
  if (patient_) leave_by_ns_ = until_ns;
  arrived_ = arrived();
  set_clock(now_ns);
  if (!writing_ && !flush_is_due_) flushed();
}

void connection::close() {
  if (closed_) return;
  arrived_ = arrived();
  closed_ = true;
  user_ = nullptr;
  clock_.cancel();
  transport_->close();
}

} // namespace tempest::net
