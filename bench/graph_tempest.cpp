// graph_tempest one|chain|diamond MESSAGES: 100-byte messages through no-op tasks in memory, each
// message tracked and acknowledged. Prints messages a second.
#include <tempest/source.hpp>
#include <tempest/source_pause.hpp>
#include <tempest/task.hpp>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/plugin/options.hpp"
#include "runtime/service/standalone.hpp"

namespace {

using namespace tempest;

std::uint64_t wanted = 0;

struct forwarding {
  void handle(const message&, outbox& out) { out.forward(); }
};

class memory_source {
 public:
  explicit memory_source(source_context& context) : context_(context), payload_(100, 'x') {}
  static source_traits traits(const options&) {
    return {guarantee::at_least_once, false, std::chrono::milliseconds{0}};
  }
  void connect() {}
  poll_status poll(std::size_t max_messages, std::size_t, deadline until) {
    batch_.clear();
    if (max_messages == 0 && made_ < wanted) pause_.wait(until);
    while (batch_.size() < std::min<std::size_t>(max_messages, 1000) && made_ < wanted) {
      source_message& one = batch_.emplace_back();
      one = {};
      one.token = ++made_;
      one.id = {payload_.data(), 16};
      one.payload = {payload_.data(), payload_.size()};
      one.deliveries = 1;
    }
    if (!batch_.empty()) context_.push(batch_);
    return made_ == wanted ? poll_status::end : poll_status::ok;
  }
  void settle(std::span<const std::uint64_t> tokens, std::span<const outcome> outcomes) {
    context_.settled(tokens, outcomes[0], settled::ok);
  }

  void interrupt() noexcept { pause_.interrupt(); }

 private:
  source_pause pause_;
  source_context& context_;
  std::string payload_;
  std::uint64_t made_ = 0;
  std::vector<source_message> batch_;
};

std::deque<impl::definition> definitions;

service::plugin_plan plan_of(impl::definition definition) {
  service::plugin_plan made;
  made.descriptor = definitions.emplace_back(std::move(definition)).descriptor();
  base::problems found;
  made.options = plugin::bind_options(*made.descriptor, {}, found);
  return made;
}

service::assembly assembly_of(std::string_view shape) {
  service::assembly plan;
  plan.settings.name = "bench";
  plan.source = plan_of(source<memory_source>("memory", "Makes messages."));
  service::source_functions(plan)->traits(plan.source.options.view(), &plan.traits);
  const std::uint32_t tasks = shape == "one" ? 1 : shape == "chain" ? 3 : 4;
  for (std::uint32_t i = 0; i < tasks; ++i) {
    service::task_plan& made = plan.tasks.emplace_back();
    made.settings.name = "t" + std::to_string(i + 1);
    made.plugin = plan_of(task<forwarding>("forwarding", "Passes on."));
  }
  if (shape == "chain") {
    plan.tasks[0].children = {1};
    plan.tasks[1].children = {2};
  } else if (shape == "diamond") {
    plan.tasks[0].children = {1, 2};
    plan.tasks[1].children = plan.tasks[2].children = {3};
  }
  for (const auto& one : plan.tasks) plan.settings.tasks.push_back(one.settings);
  return plan;
}

} // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: graph_tempest one|chain|diamond MESSAGES\n");
    return 2;
  }
  const std::string_view number = arguments[2];
  std::from_chars(number.data(), number.data() + number.size(), wanted);
  const service::assembly plan = assembly_of(arguments[1]);
  const service::run_report report = service::run_standalone(plan, {});
  if (report.exit_code != 0 || report.source.acked != wanted) {
    std::fprintf(stderr, "only %llu of %llu were acknowledged\n",
                 static_cast<unsigned long long>(report.source.acked),
                 static_cast<unsigned long long>(wanted));
    return 1;
  }
  std::printf("%.0f\n", static_cast<double>(wanted) / report.duration_s);
  return 0;
}
