// What NetBox's unwelcome answers mean, said for the person who has to cure them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"
#include "net/http_client.h"

namespace dm::intent::netbox {

// What was asked: "/api/dcim/devices/" and the permission that a token needs for it
// ("dcim.view_device").
struct Asked {
  std::string path;
  std::string permission;
};

// The Error of an answer that is not 2xx, or not JSON. Codes: Unauthenticated (the token),
// PermissionDenied, InvalidArgument (400: a filter), NotFound (404), Unavailable (5xx, 429),
// Corrupt (anything else).
core::Error explain(const Asked& asked, const net::HttpResponse& response);

// 500 that NetBox gives to everything while its PostgreSQL is away, whatever was asked and with whatever token.
bool is_database_down(const net::HttpResponse& response);

// True when the body is meant to be JSON.
bool is_json(const net::HttpResponse& response);

}  // namespace dm::intent::netbox
