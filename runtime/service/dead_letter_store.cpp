#include "runtime/service/dead_letter_store.hpp"

#include <fmt/format.h>

#include "runtime/base/plugin_text.hpp"
#include "runtime/config/plugin_file.hpp"
#include "runtime/plugin/options.hpp"
#include "runtime/service/dead_letter_id.hpp"

namespace tempest::service {
namespace {

using base::exit_code;
using base::failure;

constexpr std::size_t page_letters = 500;
constexpr std::size_t page_bytes = std::size_t{8} << 20;

const tempest_sink_functions& browsable(const assembly& plan) {
  if (!plan.dead_letter) {
    throw failure(exit_code::bad_config,
                  fmt::format("{}: topology '{}' has no [dead_letter]: what failed was left to the "
                              "source or given up. Add [dead_letter] with a sink",
                              plan.settings.file, plan.settings.name));
  }
  const auto& functions =
      *static_cast<const tempest_sink_functions*>(plan.dead_letter->descriptor->functions);
  const bool can = TEMPEST_HAS(&functions, tempest_sink_functions, erase) &&
                   functions.browse != nullptr && functions.erase != nullptr;
  if (can) return functions;
  throw failure(exit_code::bad_config,
                fmt::format("{}: the dead letters go to sink '{}', which cannot show again what it "
                            "was given. Look for them where it writes; for this command use a sink "
                            "that keeps them, such as file or redis_stream",
                            plan.settings.file, plan.settings.dead_letter->type));
}

exit_code code_of(const config::plugin_use& sink) {
  return config::plugin_file(sink).empty() ? exit_code::unavailable : exit_code::io;
}

struct shown_page {
  std::vector<stored_entry>& entries;
  std::optional<std::string> next{};
};

void add_to(void* self, const tempest_stored* first, std::size_t count, std::size_t stride) {
  auto& page = *static_cast<shown_page*>(self);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& shown =
        *reinterpret_cast<const tempest_stored*>(reinterpret_cast<const char*>(first) + i * stride);
    stored_entry& made = page.entries.emplace_back();
    made.id = made.stored_id = base::view(shown.id);
    if (shown.problem.data != nullptr) {
      made.problem = base::view(shown.problem);
      continue;
    }
    made.envelope = base::view(shown.payload);
    std::string why;
    if (auto letter = letter_from_json(made.envelope, why)) {
      made.letter = std::move(*letter);
      made.id = letter_id(made.letter);
    } else {
      made.problem = "no dead letter: " + why;
    }
  }
}

} // namespace

dead_letter_store::dead_letter_store(const assembly& plan)
    : functions_(browsable(plan)),
      failure_code_(code_of(*plan.settings.dead_letter)),
      metrics_(plan.settings.name),
      host_(metrics_, {metrics::subject::sink, plan.settings.dead_letter->type},
            plan.settings.name) {
  sink_host_.size = sizeof sink_host_;
  sink_host_.explain = [](void*, std::size_t, tempest_slice) {};
  base::plugin_error error;
  sink_ =
      functions_.create(host_.table(), &sink_host_, plan.dead_letter->options.view(), error.get());
  if (sink_ == nullptr) {
    throw failure(exit_code::bad_config,
                  "the sink of [dead_letter] could not be created: " +
                      plugin::placed(error.text(), *plan.settings.dead_letter));
  }
}

dead_letter_store::~dead_letter_store() {
  functions_.close(sink_);
  functions_.destroy(sink_);
}

bool dead_letter_store::next_page(std::vector<stored_entry>& page) {
  page.clear();
  if (!cursor_) return false;
  shown_page shown{page};
  tempest_page table{};
  table.size = sizeof table;
  table.self = &shown;
  table.add = &add_to;
  table.next = [](void* self, tempest_slice cursor) {
    static_cast<shown_page*>(self)->next = base::view(cursor);
  };
  base::plugin_error error;
  if (functions_.browse(sink_, {cursor_->data(), cursor_->size()}, page_letters, page_bytes, &table,
                        error.get()) == 0) {
    throw failure(failure_code_, "the dead letters cannot be read: " + error.text());
  }
  cursor_ = std::move(shown.next);
  return cursor_.has_value() || !page.empty();
}

std::size_t dead_letter_store::erase(const std::vector<std::string>& stored_ids) {
  if (stored_ids.empty()) return 0;
  std::vector<tempest_slice> ids;
  ids.reserve(stored_ids.size());
  for (const std::string& id : stored_ids) ids.push_back({id.data(), id.size()});
  std::size_t erased = 0;
  base::plugin_error error;
  if (functions_.erase(sink_, ids.data(), ids.size(), &erased, error.get()) == 0) {
    throw failure(failure_code_, "dead letters cannot be removed: " + error.text());
  }
  return erased;
}

} // namespace tempest::service
