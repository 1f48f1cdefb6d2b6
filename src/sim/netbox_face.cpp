#include "sim/netbox_face.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "core/text.h"
#include "sim/http_face.h"
#include "sim/netbox_query.h"

namespace dm::sim {
namespace {

constexpr std::size_t kDefaultPage = 50;
constexpr std::string_view kRecordedHost = "http://netbox.example:8000";

// "dcim_devices_p1.json" holds a page of "dcim/devices", "plugins_bgp_x" of "plugins/bgp/x".
std::string endpoint_of(std::string stem) {
  if (const std::size_t page = stem.rfind("_p"); page != std::string::npos) stem.resize(page);
  const std::string_view bgp = "plugins_bgp_";
  if (stem.starts_with(bgp)) return "plugins/bgp/" + stem.substr(bgp.size());
  const std::size_t app = stem.find('_');
  if (app != std::string::npos) stem[app] = '/';
  return stem;
}

// What NetBox calls an object of an endpoint in the change log.
std::string type_of(const std::string& endpoint) {
  std::string type = endpoint == "plugins/bgp/bgpsession" ? "netbox_bgp/bgpsession" : endpoint;
  type.erase(std::remove(type.begin(), type.end(), '-'), type.end());
  std::replace(type.begin(), type.end(), '/', '.');
  if (type.ends_with("addresses")) {
    type.resize(type.size() - 2);
  } else if (type.ends_with('s')) {
    type.pop_back();
  }
  return type;
}

api::Response not_found_page() {
  api::Response response;
  response.status = 404;
  response.content_type = "text/html; charset=utf-8";
  response.body = "<!DOCTYPE html>\n<html lang=\"en\" data-netbox-version=\"4.4.10\">\n<head><title>Page Not Found | "
                  "NetBox</title></head>\n<body><h1>Page Not Found</h1></body>\n</html>\n";
  return response;
}

api::Response detail(int status, const std::string& text) {
  return json_response(status, dump(Json{{"detail", text}}));
}

api::Response failure(int status) {
  api::Response response;
  response.status = status;
  if (status == 403) return detail(403, "You do not have permission to perform this action.");
  if (status == 500) {
    return json_response(500, dump(Json{{"error", "connection to server at \"127.0.0.1\", port 5432 failed"},
                                        {"exception", "OperationalError"},
                                        {"netbox_version", "4.4.10"},
                                        {"python_version", "3.11.7"}}));
  }
  response.content_type = "text/html";
  response.body = "<html><head><title>" + std::to_string(status) + "</title></head><body><center><h1>" +
                  std::to_string(status) + "</h1></center><hr><center>nginx</center></body></html>\n";
  return response;
}

std::string with_host(std::string body, const std::string& host) {
  const std::string to = "http://" + host;
  for (std::size_t at = 0; (at = body.find(kRecordedHost, at)) != std::string::npos; at += to.size()) {
    body.replace(at, kRecordedHost.size(), to);
  }
  return body;
}

std::string host_of(const api::Request& request) {
  const auto host = request.headers.find("host");
  return host == request.headers.end() ? "netbox" : host->second;
}

// The link to another page: the query as asked, with this limit and offset.
Json link(const api::Request& request, std::size_t limit, std::size_t offset) {
  std::string url = "http://" + host_of(request) + request.path + "?limit=" + std::to_string(limit);
  if (offset > 0) url += "&offset=" + std::to_string(offset);
  const std::size_t question = request.target.find('?');
  if (question == std::string::npos) return url;
  for (const std::string_view pair : core::split(std::string_view(request.target).substr(question + 1), '&')) {
    if (pair.empty() || pair.starts_with("limit=") || pair.starts_with("offset=")) continue;
    url += "&" + std::string(pair);
  }
  return url;
}

// What the token check says; nothing: the request may go on.
std::optional<api::Response> forbid(const api::Request& request, const std::string& token) {
  const auto header = request.headers.find("authorization");
  const std::string given = header == request.headers.end() ? "" : header->second;
  if (core::to_lower(given.substr(0, 6)) != "token ") {
    return detail(403, "Authentication credentials were not provided.");
  }
  if (given.substr(6) != token) return detail(403, "Invalid token");
  return std::nullopt;
}

api::Response add_slash(const api::Request& request) {
  api::Response moved;
  moved.status = 301;
  moved.content_type = "text/html; charset=utf-8";
  const std::size_t question = std::min(request.target.size(), request.target.find('?'));
  moved.headers["Location"] = request.path + "/" + request.target.substr(question);
  return moved;
}

}  // namespace

struct NetBoxFace::Tables {
  Json status;
  std::map<std::string, std::vector<Json>> rows;  // by endpoint: "dcim/devices"

  const std::vector<Json>* find(const std::string& endpoint) const {
    const auto found = rows.find(endpoint == "plugins/bgp/session" ? "plugins/bgp/bgpsession" : endpoint);
    return found == rows.end() ? nullptr : &found->second;
  }
  // NetBox refuses filters by related objects that do not exist; these three it is asked for here.
  bool is_choice(const std::string& filter, const std::string& value) const {
    const char* place = filter == "device_id" ? "/id" : filter == "role" ? "/role/slug" : filter == "site" ? "/site/slug" : nullptr;
    if (place == nullptr) return true;
    const std::vector<Json>* devices = find("dcim/devices");
    return devices == nullptr || std::any_of(devices->begin(), devices->end(), [&](const Json& device) {
             const Json choice = device.value(Json::json_pointer(place), Json());
             return (choice.is_string() ? choice.get<std::string>() : dump(choice)) == value;
           });
  }
  static std::uint64_t id(const Json& row) { return static_cast<std::uint64_t>(int_member(row, "id", 0)); }
};

NetBoxFace::NetBoxFace(Options options) : options_(std::move(options)), tables_(std::make_unique<Tables>()) {}
NetBoxFace::~NetBoxFace() = default;

core::Result<std::unique_ptr<NetBoxFace>> NetBoxFace::load(Options options) {
  std::unique_ptr<NetBoxFace> face(new NetBoxFace(std::move(options)));
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(face->options_.directory, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (files.empty()) return core::Error{core::Code::NotFound, face->options_.directory + ": no recorded answers there"};
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::ifstream in(file);
    const Json json = Json::parse(in, nullptr, false);
    if (!json.is_object()) return core::Error{core::Code::InvalidArgument, file.string() + ": a JSON object expected"};
    if (file.stem() == "status") {
      face->tables_->status = json;
      continue;
    }
    auto& rows = face->tables_->rows[endpoint_of(file.stem().string())];
    for (const Json& row : json.value("results", Json::array())) rows.push_back(row);
  }
  face->tables_->rows["core/object-changes"];
  return face;
}

void NetBoxFace::handle(const api::Request& request, api::Respond respond) {
  const Fault fault = fault_.next(request.path);
  if (fault.kind == FaultKind::Hang) {
    hanging_.push_back(std::move(respond));
    return;
  }
  api::Response response = fault.kind == FaultKind::Status ? failure(fault.status) : answer(request);
  response.drop = fault.kind == FaultKind::Drop || fault.kind == FaultKind::Withhold;
  response.headers["X-Request-ID"] = core::random_id();
  response.headers["API-Version"] = "4.4";
  response.headers["Content-Language"] = "en";
  respond(std::move(response));
}

api::Response NetBoxFace::answer(const api::Request& request) const {
  constexpr std::string_view kApi = "/api/";
  if (!request.path.starts_with(kApi)) return not_found_page();
  if (auto forbidden = forbid(request, options_.token)) return *std::move(forbidden);
  if (!request.path.ends_with('/')) return add_slash(request);
  if (request.method != "GET") return detail(405, "Method \"" + request.method + "\" not allowed.");
  const auto branch = request.headers.find("x-netbox-branch");
  const auto found = branch == request.headers.end() || branches_.empty() ? branches_.end() : branches_.find(branch->second);
  const bool is_branch = branch != request.headers.end() && !branches_.empty();  // without the plugin nobody looks at it
  if (is_branch && found == branches_.end()) return {.status = 400, .content_type = "text/html; charset=utf-8", .body = "Invalid branch identifier"};
  const Tables& tables = is_branch ? *found->second : *tables_;
  const std::string endpoint = request.path.substr(kApi.size(), request.path.size() - kApi.size() - 1);
  if (endpoint == "status") return json_response(200, dump(tables.status));
  if (tables.find(endpoint) != nullptr) return list(request, endpoint, tables, options_.max_page_size);
  const std::size_t slash = endpoint.rfind('/');
  const auto* rows = slash == std::string::npos ? nullptr : tables.find(endpoint.substr(0, slash));
  if (rows == nullptr) return not_found_page();
  const NetBoxQuery query = parse_query(request.target);
  for (const Json& row : *rows) {
    if (std::to_string(Tables::id(row)) != endpoint.substr(slash + 1)) continue;
    return json_response(200, with_host(dump(projected(query, row)), host_of(request)));
  }
  return detail(404, "No object matches the given query.");
}

api::Response NetBoxFace::list(const api::Request& request, const std::string& endpoint, const Tables& tables, std::size_t max_page_size) {
  const NetBoxQuery query = parse_query(request.target);
  for (const auto& [name, value] : query.filters) {
    if (tables.is_choice(name, value)) continue;
    const std::string text = "Select a valid choice. " + value + " is not one of the available choices.";
    return json_response(400, dump(Json{{name, {text}}}));
  }
  std::vector<const Json*> found;
  for (const Json& row : *tables.find(endpoint)) {
    if (passes(query, row)) found.push_back(&row);
  }
  const auto by_id = [](const Json* a, const Json* b) { return Tables::id(*a) < Tables::id(*b); };
  if (query.ordering == "id") std::stable_sort(found.begin(), found.end(), by_id);
  if (query.ordering == "-id") std::stable_sort(found.rbegin(), found.rend(), by_id);

  std::size_t limit = query.limit.value_or(kDefaultPage);
  if (limit == 0 || limit > max_page_size) limit = max_page_size;
  Json results = Json::array();
  for (std::size_t i = query.offset; i < found.size() && results.size() < limit; ++i) {
    results.push_back(projected(query, *found[i]));
  }
  Json page{{"count", found.size()}, {"next", nullptr}, {"previous", nullptr}, {"results", std::move(results)}};
  if (query.offset + limit < found.size()) page["next"] = link(request, limit, query.offset + limit);
  if (query.offset > 0) page["previous"] = link(request, limit, query.offset > limit ? query.offset - limit : 0);
  return json_response(200, with_host(dump(page), host_of(request)));
}

core::Status NetBoxFace::change(std::string_view method, std::string_view object, std::string_view json, const std::string& branch) {
  if (branch.empty()) return change_in(*tables_, method, object, std::string(json));
  if (branches_.empty()) tables_->status["plugins"]["netbox_branching"] = "0.7.0";
  auto& tables = branches_[branch];
  if (!tables) tables = std::make_unique<Tables>(*tables_);
  return change_in(*tables, method, object, std::string(json));
}

core::Status NetBoxFace::change_in(Tables& tables, std::string_view method, std::string_view object, const std::string& json) {
  const auto unknown = [&] {
    return core::Error{core::Code::NotFound, "netbox: no object " + std::string(object)};
  };
  const Json body = method == "DELETE" ? Json::object() : Json::parse(json, nullptr, false);
  if (!body.is_object()) return core::Error{core::Code::InvalidArgument, "netbox: a JSON object expected"};
  if (method == "POST") {
    const auto table = tables.rows.find(std::string(object));
    if (table == tables.rows.end()) return unknown();
    Json row = body;
    if (!row.contains("id")) row["id"] = 100'000 + table->second.size();
    table->second.push_back(row);
    log_change(tables, "create", table->first, Tables::id(row));
    return {};
  }
  const std::size_t slash = object.rfind('/');
  if (slash == std::string_view::npos) return unknown();
  const auto table = tables.rows.find(std::string(object.substr(0, slash)));
  if (table == tables.rows.end()) return unknown();
  const auto row = std::find_if(table->second.begin(), table->second.end(), [&](const Json& one) {
    return std::to_string(Tables::id(one)) == object.substr(slash + 1);
  });
  if (row == table->second.end()) return unknown();
  const std::uint64_t id = Tables::id(*row);
  if (method == "DELETE") {
    table->second.erase(row);
    log_change(tables, "delete", table->first, id);
    return {};
  }
  row->merge_patch(body);
  (*row)["last_updated"] = core::to_rfc3339(options_.clock->wall_now());
  log_change(tables, "update", table->first, id);
  return {};
}

void NetBoxFace::log_change(Tables& tables, const char* action, const std::string& endpoint, std::uint64_t id) {
  std::vector<Json>& log = tables.rows["core/object-changes"];
  const std::uint64_t next = log.empty() ? 534 : Tables::id(log.front()) + 1;
  Json row{{"id", next},
           {"url", std::string(kRecordedHost) + "/api/core/object-changes/" + std::to_string(next) + "/"},
           {"time", core::to_rfc3339(options_.clock->wall_now())},
           {"user_name", "admin"},
           {"request_id", core::random_id()},
           {"action", {{"value", action}, {"label", action}}},
           {"changed_object_type", type_of(endpoint)},
           {"changed_object_id", id},
           {"message", ""},
           {"prechange_data", nullptr},
           {"postchange_data", nullptr}};
  log.insert(log.begin(), std::move(row));  // newest first, as NetBox lists them
}

}  // namespace dm::sim
