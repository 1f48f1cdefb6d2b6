#include "sim/http_face.h"

#include "sim/json_value.h"

namespace dm::sim {

core::Result<std::unique_ptr<HttpFace>> HttpFace::start(net::Loop& loop, std::string listen,
                                                        api::DeferredHandler handler) {
  std::unique_ptr<HttpFace> face(new HttpFace(loop, std::move(listen), std::move(handler)));
  if (auto up = face->bring_up(); !up) return up.error();
  return face;
}

core::Status HttpFace::bring_up() {
  if (server_) return {};
  api::HttpServer::Options options;
  options.listen = address_;
  options.limits.api_request_bytes = 32U << 20U;
  options.limits.api_connections = 4096;
  auto server = api::HttpServer::start_deferred(
      options, [loop = &loop_, handler = handler_](const api::Request& request, api::Respond respond) {
        loop->post([handler, request, respond = std::move(respond)]() mutable {
          (*handler)(request, std::move(respond));
        });
      });
  if (!server) return server.error();
  server_ = *std::move(server);
  address_ = server_->address();
  return {};
}

api::Response json_response(int status, std::string body) {
  api::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

api::Response error_response(int status, const std::string& message) {
  return json_response(status, dump(Json{{"error", message}}));
}

}  // namespace dm::sim
