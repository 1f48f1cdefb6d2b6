// An HTTP address of the fabric whose requests are answered on the fabric's loop, and which can go away
// and come back on its port.
//
// Made, taken down and destroyed on any thread but the HTTP server's own.
#pragma once

#include <memory>
#include <string>

#include "api/http_server.h"
#include "net/loop.h"

namespace dm::sim {

class HttpFace {
 public:
  // `handler` runs on the loop. Error: cannot listen.
  static core::Result<std::unique_ptr<HttpFace>> start(net::Loop& loop, std::string listen,
                                                       api::DeferredHandler handler);
  // Refuses connections from now on; what it still owed is dropped.
  void take_down() { server_.reset(); }
  core::Status bring_up();
  bool is_up() const { return server_ != nullptr; }
  const std::string& address() const { return address_; }
  std::string url() const { return "http://" + address_; }

 private:
  HttpFace(net::Loop& loop, std::string listen, api::DeferredHandler handler)
      : loop_(loop), address_(std::move(listen)),
        handler_(std::make_shared<api::DeferredHandler>(std::move(handler))) {}

  net::Loop& loop_;
  std::string address_;
  std::shared_ptr<api::DeferredHandler> handler_;
  std::unique_ptr<api::HttpServer> server_;
};

// A JSON answer.
api::Response json_response(int status, std::string body);
// {"error": "…"}.
api::Response error_response(int status, const std::string& message);

}  // namespace dm::sim
