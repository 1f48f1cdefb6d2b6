#include "store/queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "store/rows.h"
#include "store/sqlite.h"

namespace dm::store {
namespace {

// A cursor is the number of the last row shown; rows below it come next.
core::Result<std::int64_t> parse_cursor(const std::string& cursor) {
  if (cursor.empty()) return std::numeric_limits<std::int64_t>::max();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), number);
  if (error != std::errc() || end != cursor.data() + cursor.size() || number < 0) {
    return core::Error{core::Code::InvalidArgument, "cursor: not one of an earlier answer"};
  }
  return number;
}

std::int64_t bounded(std::size_t limit) {
  return static_cast<std::int64_t>(std::clamp(limit, std::size_t{1}, kMostPerPage));
}

// Reads one page: asks for one row more than shown, to know whether there is a next one. `read`
// turns a row into an item, `number` is the column of the row's number.
template <class PageOf, class Read>
core::Result<PageOf> read_page(Statement& statement, std::int64_t limit, int number, Read read) {
  PageOf page;
  std::int64_t last = 0;
  auto row = statement.step();
  for (; row && *row; row = statement.step()) {
    if (static_cast<std::int64_t>(page.items.size()) == limit) {
      page.next_cursor = std::to_string(last);
      statement.reset();
      return page;
    }
    last = statement.integer(number);
    page.items.push_back(read(statement));
  }
  if (!row) return row.error();
  return page;
}

}  // namespace

struct Queries::Impl {
  Database database;
};

core::Result<std::unique_ptr<Queries>> Queries::open(const std::string& path) {
  auto database = Database::open(path, Mode::Reader);
  if (!database) return database.error();
  return std::unique_ptr<Queries>(new Queries(std::make_unique<Impl>(Impl{std::move(*database)})));
}

Queries::Queries(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Queries::~Queries() = default;

core::Result<DriftPage> Queries::drifts(const DriftFilter& filter, const Page& page) {
  const auto below = parse_cursor(page.cursor);
  if (!below) return below.error();
  auto statement = impl_->database.prepare(fmt::format(
      "SELECT {}, drift.number FROM drift WHERE number < ?1 {} {} ORDER BY number DESC LIMIT ?2",
      kDriftColumns, filter.device.empty() ? "" : "AND device = ?3",
      filter.state.empty() ? "" : "AND state = ?4"));
  if (!statement) return statement.error();
  const std::int64_t limit = bounded(page.limit);
  statement->bind(1, *below).bind(2, limit + 1);
  if (!filter.device.empty()) statement->bind(3, filter.device);
  if (!filter.state.empty()) statement->bind(4, filter.state);
  return read_page<DriftPage>(*statement, limit, kDriftColumnCount,
                              [](const Statement& row) { return read_drift(row); });
}

core::Result<std::optional<model::Drift>> Queries::drift(const std::string& id) {
  auto statement =
      impl_->database.prepare(fmt::format("SELECT {} FROM drift WHERE id = ?1", kDriftColumns));
  if (!statement) return statement.error();
  const auto row = statement->bind(1, id).step();
  if (!row) return row.error();
  if (!*row) return std::optional<model::Drift>();
  return std::optional<model::Drift>(read_drift(*statement));
}

core::Result<EventPage> Queries::events(const std::string& device, const Page& page) {
  const auto below = parse_cursor(page.cursor);
  if (!below) return below.error();
  auto statement = impl_->database.prepare(fmt::format(
      "SELECT event.number, event.id, event.device, event.action, event.at, event.body, "
      "delivery.id IS NOT NULL, {} "
      "FROM event LEFT JOIN delivery ON delivery.event_id = event.id WHERE number < ?1 {} "
      "ORDER BY number DESC LIMIT ?2",
      kDeliveryColumns, device.empty() ? "" : "AND event.device = ?3"));
  if (!statement) return statement.error();
  const std::int64_t limit = bounded(page.limit);
  statement->bind(1, *below).bind(2, limit + 1);
  if (!device.empty()) statement->bind(3, device);
  return read_page<EventPage>(*statement, limit, 0, [](const Statement& row) {
    StoredEvent event{.id = row.text(1),
                      .device = row.text(2),
                      .action = row.text(3),
                      .at = from_stored(row.integer(4)),
                      .body = row.text(5),
                      .delivery = std::nullopt};
    if (row.integer(6) != 0) event.delivery = read_delivery(row, 7);
    return event;
  });
}

core::Result<DeliveryPage> Queries::deliveries(const std::string& state, const Page& page) {
  const auto below = parse_cursor(page.cursor);
  if (!below) return below.error();
  auto statement = impl_->database.prepare(
      fmt::format("SELECT {}, event.body FROM delivery JOIN event ON event.id = delivery.event_id "
                  "WHERE delivery.id < ?1 {} "
                  "ORDER BY delivery.id DESC LIMIT ?2",
                  kDeliveryColumns, state.empty() ? "" : "AND delivery.state = ?3"));
  if (!statement) return statement.error();
  const std::int64_t limit = bounded(page.limit);
  statement->bind(1, *below).bind(2, limit + 1);
  if (!state.empty()) statement->bind(3, state);
  return read_page<DeliveryPage>(*statement, limit, 0, [](const Statement& row) {
    Delivery delivery = read_delivery(row);
    delivery.body = row.text(kDeliveryColumnCount);
    return delivery;
  });
}

core::Result<std::optional<Delivery>> Queries::newest_failure() {
  auto statement = impl_->database.prepare(
      fmt::format("SELECT {} FROM delivery WHERE state = 'pending' AND last_error <> '' "
                  "ORDER BY id DESC LIMIT 1",
                  kDeliveryColumns));
  if (!statement) return statement.error();
  const auto row = statement->step();
  if (!row) return row.error();
  if (!*row) return std::optional<Delivery>();
  return std::optional<Delivery>(read_delivery(*statement));
}

}  // namespace dm::store
