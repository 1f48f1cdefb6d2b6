// openapi.yaml against the answers: every route is asked, and an answer has exactly the members it is said to have.
#include <fstream>
#include <set>
#include <sstream>

#include "api/handlers_fixture.h"
#include "schema/yaml_node.h"
#include "source_dir.h"

namespace dm::api {
namespace {

Json to_json(const schema::YamlNode& node) {
  if (node.kind == schema::YamlNode::Kind::Map) {
    Json map = Json::object();
    for (const schema::YamlMember& member : node.members) map[member.key] = to_json(member.value);
    return map;
  }
  if (node.kind == schema::YamlNode::Kind::List) {
    Json list = Json::array();
    for (const schema::YamlNode& item : node.items) list.push_back(to_json(item));
    return list;
  }
  return node.text;
}

class OpenApiTest : public HandlersTest {
 protected:
  OpenApiTest() {
    std::ostringstream text;
    text << std::ifstream(tests::source_path("src/api/openapi.yaml")).rdbuf();
    const schema::YamlParse parse = schema::parse_yaml(text.str());
    EXPECT_TRUE(parse.mistakes.empty()) << parse.mistakes.front().message;
    document_ = to_json(parse.root);
    record_event("leaf1");
    refuse_delivery({.answer_class = "configuration", .status = 404, .error = "HTTP 404"});
    const auto drifts = ledger_->open_drifts("leaf1");
    drift_id_ = drifts->at(0).id;
  }

  const Json& resolved(const Json& part) const {
    if (!part.contains("$ref")) return part;
    return document_.at(Json::json_pointer(part["$ref"].get<std::string>().substr(1)));
  }

  void expect_members(const Json& answer, const Json& said, const std::string& where) {
    std::set<std::string> has, should_have;
    for (const auto& [name, value] : answer.items()) has.insert(name);
    for (const auto& [name, value] : said.items()) should_have.insert(name);
    EXPECT_EQ(has, should_have) << where;
    for (const std::string& name : has) {
      if (should_have.contains(name)) expect_fits(answer[name], said[name], where + "." + name);
    }
  }
  void expect_fits(const Json& answer, const Json& part, const std::string& where) {
    if (answer.is_null()) return;
    const Json& schema = resolved(part.contains("anyOf") ? part["anyOf"][0] : part);
    if (schema.contains("properties")) expect_members(answer, schema["properties"], where);
    if (schema.contains("items")) {
      EXPECT_TRUE(answer.is_array()) << where;
      for (const Json& item : answer) expect_fits(item, schema["items"], where + "[]");
    }
    if (schema.contains("enum")) {
      const auto& words = schema["enum"];
      EXPECT_NE(std::find(words.begin(), words.end(), answer), words.end()) << where << " is " << answer;
    }
  }

  std::string filled(std::string path) const {
    for (const auto& [name, value] : {std::pair{"{name}", std::string("leaf1")}, std::pair{"{id}", drift_id_}}) {
      if (const auto at = path.find(name); at != std::string::npos) path.replace(at, std::string(name).size(), value);
    }
    return path;
  }

  static std::map<std::string, std::string> query_of(const std::string& path) {
    if (path != "/api/v1/explain") return {};
    return {{"device", "leaf1"}, {"path", "/interfaces/interface[name=Ethernet1]/config/mtu"}};
  }

  Json document_;
  std::string drift_id_;
};

TEST_F(OpenApiTest, EveryRouteAnswersAsItIsDescribed) {
  std::size_t compared = 0;
  for (const auto& [path, methods] : document_["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      const std::string verb = method == "get" ? "GET" : "POST";
      const Response response = ask(verb, filled(path), query_of(path));
      const std::string where = verb + " " + path;
      ASSERT_TRUE(operation["responses"].contains(std::to_string(response.status))) << where << " " << response.status;
      const Json& said = resolved(operation["responses"][std::to_string(response.status)]);
      if (!said.contains("content")) continue;
      expect_fits(Json::parse(response.body), said["content"].front()["schema"], where);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 15U);  // all but /healthz and /metrics, which are text
}

TEST_F(OpenApiTest, TheListsOfTheTestHoldSomething) {
  for (const char* list : {"/api/v1/devices", "/api/v1/devices/leaf1/leaves", "/api/v1/drifts", "/api/v1/events", "/api/v1/deliveries", "/api/v1/rules"}) {
    EXPECT_FALSE(Json::parse(get(list).body)["items"].empty()) << list;
  }
}

TEST_F(OpenApiTest, AProblemHasTheMembersOfItsDescription) {
  const Response response = get("/api/v1/devices/nosuch");
  expect_members(Json::parse(response.body), document_["components"]["schemas"]["Problem"]["properties"], "problem");
}

}  // namespace
}  // namespace dm::api
