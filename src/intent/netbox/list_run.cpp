#include "intent/netbox/list_run.h"

#include <fmt/format.h>

namespace dm::intent::netbox {
namespace {

using core::Code;
using core::Error;

// gunicorn, NetBox's server, takes request lines of up to 4094 bytes; a base path and paging need some.
constexpr std::size_t kParameterBytes = 3600;
constexpr std::size_t kMostIdsPerQuery = 100;
constexpr std::size_t kFewestIdsPerQuery = 25;  // below, splitting costs more requests than it saves time

std::string with(const std::string& parameters, const std::string& more) {
  return parameters.empty() || more.empty() ? parameters + more : parameters + "&" + more;
}

std::string id_text(const ListQuery& query) {
  std::string text;
  for (const std::uint64_t id : query.ids)
    text += fmt::format("{}{}={}", text.empty() ? "" : "&", query.id_parameter, id);
  return text;
}

// The ids in parts of about equal size: enough parts for all connections, none too long.
std::size_t ids_per_part(const ListQuery& query) {
  const std::size_t bytes_per_id = query.id_parameter.size() + 22;  // &NAME= and up to 20 digits
  const std::size_t room = kParameterBytes - std::min(kParameterBytes, query.parameters.size());
  const std::size_t fitting = std::max<std::size_t>(1, std::min(kMostIdsPerQuery, room / bytes_per_id));
  const std::size_t even = (query.ids.size() + Client::kParallel - 1) / Client::kParallel;
  return std::min(fitting, std::max(even, kFewestIdsPerQuery));
}

bool is_id_refused(const ListQuery& query, const net::HttpResponse& response) {
  return response.status == 400 && is_json(response) &&
         read_error_detail(response.body).starts_with(query.id_parameter + ": Select a valid choice");
}

// Too long a request line: nginx says 414, gunicorn 400 with a page.
bool is_too_long(const net::HttpResponse& response) {
  return response.status == 414 || response.status == 431 ||
         (response.status == 400 && !is_json(response));
}

}  // namespace

ListRun::ListRun(std::vector<ListJob> jobs, const Options& options) : options_(options), failed_(options.most_tries) {
  for (ListJob& job : jobs) add(std::move(job));
}

void ListRun::add(ListJob job) {
  if (job.query.id_parameter.empty()) {
    const std::uint64_t after = job.query.after;
    waiting_.push_back(std::make_shared<Part>(
        Part{std::move(job.query), std::move(job.sink), Paging(options_.style, options_.page_size, after)}));
    return;
  }
  const std::size_t size = ids_per_part(job.query);
  const std::vector<std::uint64_t> ids = std::move(job.query.ids);
  for (std::size_t at = 0; at < ids.size(); at += size) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(at);
    ListQuery query = job.query;
    query.ids.assign(first, first + static_cast<std::ptrdiff_t>(std::min(size, ids.size() - at)));
    waiting_.push_back(std::make_shared<Part>(
        Part{std::move(query), job.sink->another(), Paging(options_.style, options_.page_size, job.query.after)}));
  }
}

std::optional<ListRun::Next> ListRun::next() {
  if (error_ || waiting_.empty() || !failed_.is_empty()) return std::nullopt;
  auto part = std::move(waiting_.front());
  waiting_.pop_front();
  ++part->tries;
  const std::string query =
      with(with(part->query.parameters, id_text(part->query)), part->paging.parameters());
  return Next{part->query.path, query, std::move(part)};
}

void ListRun::take(const std::shared_ptr<Part>& part, core::Result<net::HttpResponse> response) {
  if (!response) return fail_page(part, response.error());
  if (response->status != 200 || !is_json(*response)) return refuse(part, *response);
  take_page(part, response->body);
}

void ListRun::refuse(const std::shared_ptr<Part>& part, const net::HttpResponse& response) {
  ListQuery& query = part->query;
  const bool has_ids = !query.id_parameter.empty();
  if (has_ids && query.ids.size() > 1 && (is_too_long(response) || is_id_refused(query, response)))
    return split(part);
  if (has_ids && is_id_refused(query, response)) {
    if (query.id_parameter != "id") report_.vanished.push_back(query.ids.front());
    return;
  }
  if (response.status == 404 && !query.other_paths.empty()) {
    query.path = query.other_paths.front();
    query.other_paths.erase(query.other_paths.begin());
    part->tries = 0;
    waiting_.push_front(part);
    return;
  }
  if (response.status == 404 && query.may_be_absent) {
    report_.absent.push_back(query.permission);
    return;
  }
  if (response.status == 403 && query.may_be_refused) {
    report_.refused.push_back(query.permission);
    return;
  }
  fail_page(part, explain({query.path, query.permission}, response));
}

void ListRun::fail_page(const std::shared_ptr<Part>& part, Error error) {
  if (!error_ && !failed_.add(part, part->tries, error)) fail(std::move(error));
}

void ListRun::repeat() {
  const auto parts = failed_.take();
  waiting_.insert(waiting_.begin(), parts.begin(), parts.end());
}

void ListRun::split(const std::shared_ptr<Part>& part) {
  const auto middle =
      part->query.ids.begin() + static_cast<std::ptrdiff_t>(part->query.ids.size() / 2);
  for (const bool is_first : {true, false}) {
    ListQuery query = part->query;
    query.ids = is_first ? std::vector(part->query.ids.begin(), middle)
                         : std::vector(middle, part->query.ids.end());
    waiting_.push_back(std::make_shared<Part>(
        Part{std::move(query), part->sink->another(), Paging(options_.style, options_.page_size, part->query.after)}));
  }
}

void ListRun::take_page(const std::shared_ptr<Part>& part, const std::string& body) {
  const auto facts = part->sink->take(body);
  if (!facts) return fail_page(part, {facts.error().code, part->query.path + ": " + facts.error().message});
  part->tries = 0;
  objects_ += facts->ids.size();
  if (objects_ > options_.most_objects) {
    return fail({Code::ResourceExhausted,
                 fmt::format("{}: more than {} objects (limits.netbox_objects); narrow inventory.netbox.filter",
                             part->query.path, options_.most_objects)});
  }
  const std::size_t most = part->query.most_rows;
  if (most > 0 && part->sink->size() > most) {
    return fail({Code::ResourceExhausted, fmt::format("{}: more than {} rows", part->query.path, most)});
  }
  switch (part->paging.take(*facts)) {
    case Paging::Step::Next:
      return waiting_.push_front(part);
    case Paging::Step::Complete:
      return part->sink->finish();
    case Paging::Step::Restart:
      objects_ -= part->sink->size();
      part->sink->drop();
      return waiting_.push_front(part);
    case Paging::Step::GiveUp:
      return fail({Code::Unavailable,
                   part->query.path + ": the list changes while it is read; the next refresh tries again"});
  }
}

void ListRun::fail(Error error) {
  if (!error_) error_ = std::move(error);
  (void)failed_.take();
}

core::Result<ReadReport> ListRun::finish() && {
  if (error_) return *error_;
  return std::move(report_);
}

}  // namespace dm::intent::netbox
