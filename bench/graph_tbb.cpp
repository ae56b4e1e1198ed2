// graph_tbb one|chain|diamond MESSAGES: the same pipelines in oneTBB's flow graph, which tracks
// nothing; a limiter keeps 1024 messages in flight. Prints messages a second.
#include <oneapi/tbb/flow_graph.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

namespace {

namespace flow = oneapi::tbb::flow;
using message = std::shared_ptr<std::string>;
using node = flow::function_node<message, message>;
using last_node = flow::function_node<message, flow::continue_msg>;

constexpr std::size_t in_flight = 1024;

struct pipeline {
  explicit pipeline(std::int64_t wanted)
      : source(graph,
               [wanted, made = std::int64_t{0}](oneapi::tbb::flow_control& control) mutable {
                 if (made++ < wanted) return std::make_shared<std::string>(100, 'x');
                 control.stop();
                 return message{};
               }),
        limiter(graph, in_flight) {
    flow::make_edge(source, limiter);
  }

  void run() {
    source.activate();
    graph.wait_for_all();
  }
  static message pass(const message& one) { return one; }
  flow::continue_msg count(const message& one) {
    if (one->size() == 100) handled.fetch_add(1, std::memory_order_relaxed);
    return {};
  }

  flow::graph graph;
  flow::input_node<message> source;
  flow::limiter_node<message> limiter;
  std::atomic<std::int64_t> handled{0};
};

void run_one(pipeline& line) {
  last_node last(line.graph, flow::unlimited, [&](const message& one) { return line.count(one); });
  flow::make_edge(line.limiter, last);
  flow::make_edge(last, line.limiter.decrementer());
  line.run();
}

void run_chain(pipeline& line) {
  node first(line.graph, flow::unlimited, &pipeline::pass);
  node second(line.graph, flow::unlimited, &pipeline::pass);
  last_node last(line.graph, flow::unlimited, [&](const message& one) { return line.count(one); });
  flow::make_edge(line.limiter, first);
  flow::make_edge(first, second);
  flow::make_edge(second, last);
  flow::make_edge(last, line.limiter.decrementer());
  line.run();
}

void run_diamond(pipeline& line) {
  using pair = std::tuple<message, message>;
  node first(line.graph, flow::unlimited, &pipeline::pass);
  node left(line.graph, flow::unlimited, &pipeline::pass);
  node right(line.graph, flow::unlimited, &pipeline::pass);
  flow::join_node<pair, flow::queueing> join(line.graph);
  flow::function_node<pair, flow::continue_msg> last(
      line.graph, flow::unlimited, [&](const pair& both) { return line.count(std::get<0>(both)); });
  flow::make_edge(line.limiter, first);
  flow::make_edge(first, left);
  flow::make_edge(first, right);
  flow::make_edge(left, flow::input_port<0>(join));
  flow::make_edge(right, flow::input_port<1>(join));
  flow::make_edge(join, last);
  flow::make_edge(last, line.limiter.decrementer());
  line.run();
}

} // namespace

int main(int count, char** arguments) {
  std::int64_t wanted = 0;
  if (count == 3) {
    const std::string_view number = arguments[2];
    std::from_chars(number.data(), number.data() + number.size(), wanted);
  }
  if (wanted <= 0) {
    std::fprintf(stderr, "usage: graph_tbb one|chain|diamond MESSAGES\n");
    return 2;
  }
  const std::string_view shape = arguments[1];
  pipeline line(wanted);
  const auto start = std::chrono::steady_clock::now();
  shape == "one" ? run_one(line) : shape == "chain" ? run_chain(line) : run_diamond(line);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (line.handled != wanted) return 1;
  std::printf("%.0f\n", static_cast<double>(wanted) / took.count());
  return 0;
}
