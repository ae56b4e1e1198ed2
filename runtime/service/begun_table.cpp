#include "runtime/service/begun_table.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <system_error>
#include <utility>

#include "runtime/base/clock.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/plugin_text.hpp"
#include "runtime/engine/message_hash.hpp"
#include "runtime/service/numbered_lock.hpp"

namespace tempest::service {
namespace {

constexpr std::array<char, 8> file_magic = {'T', 'M', 'P', 'B', 'E', 'G', 'U', 'N'};
constexpr std::uint32_t file_version = 3;
constexpr std::uint32_t most_carried = 8'192;

constexpr std::uint32_t most_days = 7; // that something is carried on while its message stays away

constexpr std::size_t fetched_ahead = 8; // deliveries
constexpr std::uint32_t near_rows = 16;  // that a delivery's row may be away from its own

enum row_kind : std::uint32_t { free_row, in_hand, alone, carried };

struct row {
  std::uint64_t message = 0;
  std::uint32_t task = 0;
  std::uint32_t attempt = 0; // carried: how many are used up
  std::uint32_t slot = 0;    // of the delivery, while this process lives; carried: the day
  std::uint32_t check = 0;   // of message, task and attempt: a wild write is no message
  std::uint16_t worker = 0;
  std::atomic<std::uint16_t> kind{free_row}; // written last
};

static_assert(sizeof(row) == 32 && begun_table::most_workers <= 0xffff);

std::uint32_t check_of(const row& one) {
  constexpr std::uint64_t mix = 0x9e3779b97f4a7c15; // odd, its bits even: 2^64 by the golden ratio
  std::uint64_t all = (one.message ^ mix) * mix;
  all = (all ^ (all >> 32) ^ one.task) * mix;
  all = (all ^ (all >> 32) ^ one.attempt) * mix;
  return static_cast<std::uint32_t>(all >> 32);
}

[[noreturn]] void refuse(const std::filesystem::path& where, int code) {
  throw base::failure(base::exit_code::io,
                      fmt::format("{}: {}", where.string(), std::generic_category().message(code)));
}

// How many attempts a row found after a crash says are used up.
std::uint32_t charged_by(const row& one, bool was_begun) {
  switch (one.kind.load()) {
    case alone:
      return was_begun ? one.attempt : one.attempt - 1;
    case carried:
      return one.attempt;
    default:
      return 0; // suspect now, and not charged
  }
}

// Since 1970.
std::uint32_t today() {
  constexpr std::int64_t day_ms = 86'400'000;
  return static_cast<std::uint32_t>(base::calendar_ms() / day_ms);
}

bool is_damaged(const row& one, std::uint32_t tasks) {
  const std::uint32_t kind = one.kind.load();
  return kind > carried || one.task >= tasks || (one.attempt == 0 && kind != carried) ||
         one.check != check_of(one);
}

// Of one message and task, after a crash.
struct finding {
  std::uint32_t charged = 0;
  std::uint32_t day = 0; // that it was seen last
};
using findings = std::map<std::pair<std::uint64_t, std::uint32_t>, finding>;

void note(const row& one, bool was_begun, findings& into) {
  const std::uint32_t kind = one.kind.load();
  if (kind == in_hand && !was_begun) return;
  const std::uint32_t day = kind == carried ? one.slot : today();
  if (today() - std::min(day, today()) > most_days) return;
  finding& made = into[{one.message, one.task}];
  made.charged = std::max(made.charged, charged_by(one, was_begun));
  made.day = std::max(made.day, day);
}

// Leaves alone what is free: a page that was not written to need not be written back.
void set_free(row& one) {
  if (one.kind.load(std::memory_order_relaxed) != free_row) one.kind.store(free_row);
}

} // namespace

struct alignas(64) worker_flag {
  std::atomic<std::uint32_t> at_work{0};
};

struct begun_table::layout {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t row_bytes;
  std::uint64_t hash_check; // the same hash function: ids are known by it
  std::uint64_t pipeline;
  std::array<worker_flag, most_workers> workers;
  std::array<row, most_rows + most_carried> rows;
};

begun_table::begun_table(const begun_table_settings& settings) {
  lock(settings);
  map();
  read(settings);
  start_anew(settings);
}

begun_table::~begun_table() {
  if (at_ != nullptr) ::munmap(at_, sizeof(layout));
  if (fd_ >= 0) ::close(fd_);
}

void begun_table::lock(const begun_table_settings& settings) {
  const numbered_lock taken = take_number(settings.folder, settings.topology, "begun");
  path_ = taken.path;
  fd_ = taken.fd;
}

// Its blocks are there before it is written to: a full disk must not be a crash of its own.
void begun_table::map() {
  const int room = ::posix_fallocate(fd_, 0, sizeof(layout));
  if (room != 0) {
    ::close(std::exchange(fd_, -1));
    refuse(path_, room);
  }
  void* const at = ::mmap(nullptr, sizeof(layout), PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
  if (at == MAP_FAILED) {
    const int why = errno;
    ::close(std::exchange(fd_, -1));
    refuse(path_, why);
  }
  at_ = static_cast<layout*>(at);
}

void begun_table::read(const begun_table_settings& settings) {
  const std::array<char, 8> nothing{};
  if (at_->magic == nothing) return; // new
  if (at_->magic != file_magic || at_->version != file_version || at_->row_bytes != sizeof(row) ||
      at_->hash_check != engine::hash_of("tempest")) {
    complaint_ = fmt::format(
        "{} is not of this version of Tempest, or damaged: what the last run "
        "had begun is not known",
        path_.string());
    return;
  }
  if (at_->pipeline != settings.pipeline) return; // another pipeline since
  std::uint32_t damaged = 0;
  findings seen;
  for (const row& one : at_->rows) {
    if (one.kind.load() == free_row) continue;
    if (is_damaged(one, settings.tasks)) {
      ++damaged;
      continue;
    }
    const bool was_begun =
        one.worker >= most_workers || at_->workers[one.worker].at_work.load() != 0;
    note(one, was_begun, seen);
  }
  for (const auto& [of, one] : seen) {
    found_.push_back({of.first, of.second, one.charged});
    seen_.emplace(of, one.day);
  }
  if (damaged == 0) return;
  complaint_ = fmt::format("{} is damaged: of {} messages it is not known whether they were begun",
                           path_.string(), damaged);
}

// What was found stays known, should this process end before its messages come again.
void begun_table::start_anew(const begun_table_settings& settings) {
  engine::suspicions known;
  carried_ = most_carried;
  for (const engine::suspicion& one : found_) known.add(one.message, one.task, one.charged);
  keep(known, {});
  for (std::uint32_t i = 0; i < most_rows; ++i) set_free(at_->rows[i]);
  for (worker_flag& one : at_->workers) one.at_work.store(0);
  at_->version = file_version;
  at_->row_bytes = sizeof(row);
  at_->hash_check = engine::hash_of("tempest");
  at_->pipeline = settings.pipeline;
  at_->magic = file_magic;
}

// A delivery's row is the one of its slot, or one near it when that is taken: few of the slots are
// in hand at a time, and no list of what is free is to be kept.
void begun_table::begin(std::span<const tempest_delivery> given, engine::task_id task,
                        engine::worker_id worker, bool is_alone) {
  const row_kind kind = is_alone ? alone : in_hand;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (i + fetched_ahead < given.size()) fetch(given[i + fetched_ahead]);
    const tempest_delivery& one = given[i];
    const std::uint32_t slot = engine::delivery_ref::of(one.host_token).slot;
    for (std::uint32_t away = 0; away < near_rows; ++away) {
      row& made = at_->rows[(slot + away) % most_rows];
      if (made.kind.load(std::memory_order_relaxed) != free_row) continue;
      made.message = engine::hash_of(base::view(one.id));
      made.task = task;
      made.attempt = one.attempt;
      made.slot = slot;
      made.check = check_of(made);
      made.worker = static_cast<std::uint16_t>(worker);
      made.kind.store(kind, std::memory_order_release);
      break;
    }
  }
}

// An id was written by another thread, and the rows are more than a near cache holds: both are on
// their way while those before are written.
void begun_table::fetch(const tempest_delivery& soon) const {
  __builtin_prefetch(soon.id.data);
  __builtin_prefetch(&at_->rows[engine::delivery_ref::of(soon.host_token).slot % most_rows], 1);
}

void begun_table::end(std::span<const engine::result> done) {
  for (const engine::result& one : done) {
    const std::uint32_t slot = one.delivery.slot;
    for (std::uint32_t away = 0; away < near_rows; ++away) {
      row& made = at_->rows[(slot + away) % most_rows];
      if (made.slot != slot || made.kind.load(std::memory_order_relaxed) == free_row) continue;
      made.kind.store(free_row, std::memory_order_relaxed);
      break;
    }
  }
}

std::atomic<std::uint32_t>* begun_table::at_work(engine::worker_id worker) {
  return worker < most_workers ? &at_->workers[worker].at_work : nullptr;
}

void begun_table::keep(const engine::suspicions& elsewhere, std::span<const engine::suspicion> here,
                       std::span<const engine::ended_suspect> ended) {
  std::uint32_t used = 0;
  const std::uint32_t now = today();
  const auto place = [&](const engine::suspicion& known, std::uint32_t day) {
    if (used == most_carried) return;
    row& one = at_->rows[most_rows + used++];
    one.kind.store(free_row);
    one.message = known.message;
    one.task = known.task;
    one.attempt = known.charged;
    one.slot = day;
    one.check = check_of(one);
    one.kind.store(carried);
  };
  for (const engine::suspicion& one : here) place(one, now);
  for (const auto& [message, tasks] : elsewhere.all()) {
    for (const auto& [task, charged] : tasks) {
      const auto found = seen_.find({message, task});
      place({message, task, charged}, found == seen_.end() ? now : found->second);
    }
  }
  for (const engine::ended_suspect& one : ended) {
    for (const auto& [task, charged] : one.known) place({one.message, task, charged}, now);
  }
  for (std::uint32_t i = used; i < carried_; ++i) set_free(at_->rows[most_rows + i]);
  carried_ = used;
}

void begun_table::clear_hands() {
  for (std::uint32_t i = 0; i < most_rows; ++i) set_free(at_->rows[i]);
}

std::filesystem::path state_folder() {
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::filesystem::path(state) / "tempest";
  const char* const home = std::getenv("HOME");
  if (home != nullptr && *home == '/') {
    return std::filesystem::path(home) / ".local" / "state" / "tempest";
  }
  throw base::failure(base::exit_code::io, "neither XDG_STATE_HOME nor HOME is set");
}

} // namespace tempest::service
