// What a NetBox in trouble does, each as recorded of a real one (4.4.10 behind gunicorn and nginx).
#pragma once

#include <optional>
#include <string>

#include "api/http_server.h"
#include "intent/netbox_files.h"

namespace dm::intent::testing_support {

struct Fault {
  enum class Kind {
    Answer,   // `response` instead of the ordinary one
    Silence,  // the connection is accepted and nothing comes: NetBox' own restart, 35 to 95 s
    Drop,     // the connection ends without an answer
    Half,     // the ordinary answer, cut in the middle of its JSON
    Late,     // the ordinary answer, after the next `later` requests were answered
  };
  Kind kind = Kind::Answer;
  api::Response response = {};
  int later = 0;

  static Fault html(int status, const std::string& file) {
    return {Kind::Answer, {status, "text/html; charset=utf-8", netbox_file(file), {}}};
  }
  static Fault json(int status, const std::string& body) { return {Kind::Answer, {status, "application/json", body, {}}}; }

  static Fault postgres_down() { return json(500, netbox_file("errors/postgres_down_list.json")); }
  static Fault redis_down() { return html(500, "errors/redis_down_list.html"); }
  static Fault bad_gateway() { return html(502, "proxy/nginx_502_upstream_down.html"); }
  static Fault gateway_timeout() { return html(504, "proxy/nginx_504_slow_upstream.html"); }
  static Fault too_long_for_nginx() { return html(414, "proxy/nginx_414_long_url.html"); }
  static Fault too_long_for_gunicorn() { return html(400, "errors/long_url_5000.html"); }
  // `seconds` empty: without Retry-After.
  static Fault too_many_requests(const std::string& seconds = {}) {
    Fault fault = json(429, R"({"detail":"Request was throttled."})");
    if (!seconds.empty()) fault.response.headers["Retry-After"] = seconds;
    return fault;
  }
  static Fault no_permission() { return json(403, netbox_file("errors/no_permission_list.json")); }
  static Fault silence() { return {Kind::Silence}; }
  static Fault drop() { return {Kind::Drop}; }
  static Fault half() { return {Kind::Half}; }
  static Fault late(int later) { return {Kind::Late, {}, later}; }
};

}  // namespace dm::intent::testing_support
