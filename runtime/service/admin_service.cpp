#include "runtime/service/admin_service.hpp"

#include <fmt/format.h>

#include <utility>

#include "runtime/admin/api_pages.hpp"
#include "runtime/admin/health_pages.hpp"
#include "runtime/admin/log_page.hpp"
#include "runtime/admin/metrics_page.hpp"
#include "runtime/base/error.hpp"
#include "runtime/base/log.hpp"
#include "runtime/service/graph_json.hpp"
#include "runtime/service/network_check.hpp"

namespace tempest::service {

std::unique_ptr<admin::server> serve_admin(const assembly& plan,
                                           const config::admin_listener& where,
                                           run_resources& shown) {
  if (where.address.empty()) return nullptr;
  const config::settings& settings = plan.settings;
  const auto say = [&](base::log_level level, const std::string& text) {
    base::log(level, text, {.topology = settings.name});
  };
  const net::address listen = net::parse_listening_address(where.address).value();
  const net::trust trusted = trust_of(settings.admin, "[admin.tls]");
  const bool guarded = !trusted.token.empty() || trusted.tls.wanted();
  const bool only_here = net::is_loopback(listen) && !listen.is_unix();
  admin::router pages(settings.admin.auth_token,
                      only_here && !guarded ? admin::host_names::own : admin::host_names::any);
  admin::add_health_pages(pages, shown.health.board());
  admin::add_metrics_page(pages, shown.metrics);
  admin::add_log_page(pages, settings.name);
  const bool has_engine = plan.source.descriptor != nullptr;
  if (has_engine) admin::add_api_pages(pages, shown.questions, graph_json(plan));
  admin::server_settings made;
  made.listen = listen;
  made.trusted = trusted;
  made.topology = settings.name;
  const bool open = !net::is_loopback(listen) && !guarded;
  try {
    auto server = std::make_unique<admin::server>(std::move(made), std::move(pages));
    say(base::log_level::info,
        fmt::format("answers on {} (/livez, /readyz, /healthz, /metrics{})", server->where().text(),
                    has_engine ? ", /api/v1" : ", /api/v1/log-level"));
    if (open) {
      say(base::log_level::warn,
          fmt::format(
              "insecure = true of [admin]: whoever reaches that address may ask{}",
              has_engine ? ", may look at messages, and may pause, drain and stop the run" : ""));
    }
    return server;
  } catch (const base::failure& refused) {
    say(base::log_level::warn,
        fmt::format("[admin] answers nobody, the run goes on without: {}", refused.what()));
    return nullptr;
  }
}

} // namespace tempest::service
