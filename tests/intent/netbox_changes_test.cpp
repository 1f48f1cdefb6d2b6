#include "intent/netbox/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <set>

#include "intent/netbox/dirty.h"
#include "intent/netbox_face.h"

namespace dm::intent::netbox {
namespace {

using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;

const core::SteadyTime kStart{};

ChangeRow row(std::uint64_t id) { return {id, "2026-11-22T16:00:00Z", "ipam.vlan", id}; }
std::vector<ChangeRow> rows(const std::vector<std::uint64_t>& ids) {
  std::vector<ChangeRow> made;
  for (const std::uint64_t id : ids) made.push_back(row(id));
  return made;
}
std::vector<std::uint64_t> ids_of(const std::vector<ChangeRow>& changes) {
  std::vector<std::uint64_t> ids;
  for (const ChangeRow& change : changes) ids.push_back(change.id);
  return ids;
}

// Those of the visible rows that the cursor asks for.
std::vector<ChangeRow> answer(const ChangeCursor& cursor, const std::set<std::uint64_t>& visible) {
  std::vector<ChangeRow> found;
  for (const auto& query : cursor.queries()) {
    for (const std::uint64_t id : visible) {
      const bool is_asked = query.ids.empty()
                                ? id > query.after && (!query.before || id < *query.before)
                                : std::find(query.ids.begin(), query.ids.end(), id) != query.ids.end();
      if (is_asked) found.push_back(row(id));
    }
  }
  return found;
}

TEST(ChangeCursor, GivesEachNewRowOnce) {
  auto cursor = ChangeCursor::start(rows({7, 8}), kStart);
  EXPECT_EQ(cursor.last(), 8U);
  EXPECT_THAT(ids_of(cursor.take(rows({9, 10}), kStart)), ElementsAre(9, 10));
  EXPECT_THAT(cursor.take(rows({8, 9, 10}), kStart), IsEmpty());
}

TEST(ChangeCursor, WatchesSkippedIdsAndTakesThemInAnyOrder) {
  auto cursor = ChangeCursor::start(rows({8}), kStart);
  EXPECT_THAT(ids_of(cursor.take(rows({12}), kStart)), ElementsAre(12));
  EXPECT_EQ(cursor.watched_ids(), 3U);
  EXPECT_THAT(ids_of(cursor.take(rows({10}), kStart)), ElementsAre(10));
  EXPECT_THAT(ids_of(cursor.take(rows({11, 10, 9}), kStart)), ElementsAre(11, 9));
  EXPECT_EQ(cursor.watched_ids(), 0U);
}

TEST(ChangeCursor, WatchesIdsThatWereMissingWhenItStarted) {
  auto cursor = ChangeCursor::start(rows({12, 11, 8}), kStart);
  EXPECT_THAT(ids_of(cursor.take(rows({9, 10, 7}), kStart)), ElementsAre(9, 10));  // 7 is from before
}

TEST(ChangeCursor, StartsWithAnEmptyLog) {
  auto cursor = ChangeCursor::start({}, kStart);
  EXPECT_EQ(cursor.last(), 0U);
  EXPECT_THAT(ids_of(cursor.take(rows({1}), kStart)), ElementsAre(1));
}

TEST(ChangeCursor, GivesUpAGapAfterTenMinutes) {
  auto cursor = ChangeCursor::start(rows({8}), kStart);
  (void)cursor.take(rows({10}), kStart);
  (void)cursor.take({}, kStart + minutes(10));
  EXPECT_EQ(cursor.watched_ids(), 1U);
  (void)cursor.take({}, kStart + minutes(10) + std::chrono::seconds(1));
  EXPECT_EQ(cursor.watched_ids(), 0U);
}

TEST(ChangeCursor, AsksForSmallGapsByIdAndForLargeOnesByRange) {
  auto cursor = ChangeCursor::start(rows({8}), kStart);
  (void)cursor.take(rows({11, 1000}), kStart);
  const auto queries = cursor.queries();
  ASSERT_EQ(queries.size(), 3U);
  EXPECT_EQ(queries[0].after, 1000U);
  EXPECT_EQ(queries[1].after, 11U);
  EXPECT_EQ(queries[1].before, 1000U);
  EXPECT_THAT(queries[2].ids, ElementsAre(9, 10));
}

TEST(ChangeCursor, SaysWhenThereAreTooManyGaps) {
  auto cursor = ChangeCursor::start(rows({1}), kStart);
  std::vector<ChangeRow> every_second;
  for (std::uint64_t id = 3; id < 3 + 2 * ChangeCursor::kMostGaps; id += 2) every_second.push_back(row(id));
  (void)cursor.take(every_second, kStart);
  EXPECT_FALSE(cursor.is_lost());
  (void)cursor.take(rows({every_second.back().id + 2}), kStart);
  EXPECT_TRUE(cursor.is_lost());
}

// A bulk edit of 80 interfaces under way for 40 s while others were edited, as recorded.
TEST(ChangeCursor, LosesNothingInTheRecordedHole) {
  simdjson::dom::parser parser;
  const std::string text = testing_support::netbox_file("changelog/CURSOR_HOLE.json");
  const simdjson::dom::element hole = parser.parse(text);
  const std::uint64_t first = hole["start_cursor"].get_uint64().value() + 1, all = hole["all_rows"].get_uint64().value();
  // Polls saw what had been committed by then; in the last one the bulk edit's rows, ids below most of the others, are in.
  auto cursor = ChangeCursor::start(rows({first - 1}), kStart);
  std::set<std::uint64_t> visible, seen, seen_by_a_naive_cursor;
  std::uint64_t naive = first - 1;
  const auto poll = [&] {
    for (const ChangeRow& change : cursor.take(answer(cursor, visible), kStart)) EXPECT_TRUE(seen.insert(change.id).second);
    for (const std::uint64_t id : visible) {
      if (id > naive) seen_by_a_naive_cursor.insert(id);
    }
    naive = std::max(naive, *visible.rbegin());
  };
  for (const simdjson::dom::element one : hole["polls"].get_array()) {
    for (const simdjson::dom::element id : one.at(1).get_array()) visible.insert(id.get_uint64().value());
    poll();
  }
  for (std::uint64_t id = first; id < first + all; ++id) visible.insert(id);
  poll();

  EXPECT_EQ(seen.size(), all);
  EXPECT_EQ(all - seen_by_a_naive_cursor.size(), hole["rows_never_seen_by_pure_id_cursor"].get_uint64().value());
}

TEST(NeedOfChange, ReadsKeptObjectsByIdAndListsForWhatIsNested) {
  EXPECT_THAT(need_of_change("ipam.vlan", 7).objects.at(ObjectKind::Vlan), ElementsAre(7));
  EXPECT_THAT(need_of_change("vpn.l2vpntermination", 7).lists, ElementsAre(ObjectKind::Vlan));
  EXPECT_THAT(need_of_change("dcim.device", 7).objects.at(ObjectKind::Device), ElementsAre(7));
  EXPECT_THAT(need_of_change("dcim.site", 7).lists, ElementsAre(ObjectKind::Device, ObjectKind::Vlan, ObjectKind::Site));
  EXPECT_THAT(need_of_change("extras.configcontext", 7).lists, ElementsAre(ObjectKind::Device));
  EXPECT_THAT(need_of_change("extras.tag", 7).tags, ElementsAre(7));
  EXPECT_THAT(need_of_change("netbox_bgp.bgppeergroup", 7).lists, ElementsAre(ObjectKind::Session, ObjectKind::PeerGroup));
  EXPECT_THAT(need_of_change("ipam.asn", 7).lists, ElementsAre(ObjectKind::Session, ObjectKind::Site));
  EXPECT_THAT(need_of_change("ipam.vlangroup", 7).lists, ElementsAre(ObjectKind::Vlan, ObjectKind::VlanGroup));
  EXPECT_THAT(need_of_change("dcim.region", 7).lists, ElementsAre(ObjectKind::Device, ObjectKind::Site, ObjectKind::Place));
  EXPECT_TRUE(need_of_change("dcim.cable", 7).is_empty());
  EXPECT_TRUE(need_of_change("users.token", 7).is_empty());
  EXPECT_TRUE(need_of_change("extras.customfield", 7).is_everything);
  EXPECT_TRUE(need_of_change("some_plugin.thing", 7).is_everything);
}

// Rows and webhooks of every recorded step: "update dcim.interface 44 (Ethernet12)", "updated dcim.interface 44".
TEST(NeedOfChange, KnowsEveryRecordedType) {
  simdjson::dom::parser parser;
  const std::string text = testing_support::netbox_file("changelog/STEPS.json");
  std::size_t rows_seen = 0;
  for (const simdjson::dom::element step : parser.parse(text).get_array()) {
    for (const char* list : {"changelog_rows", "webhooks"}) {
      for (const simdjson::dom::element line : step[list].get_array()) {
        const std::string said(line.get_string().value());
        const auto words = core::split(said, ' ');
        ASSERT_GE(words.size(), 3U) << said;
        const std::string_view type = words[1];
        const bool is_schema = type == "extras.customfield";
        EXPECT_EQ(need_of_change(type, 1).is_everything, is_schema) << said;
        ++rows_seen;
      }
    }
  }
  EXPECT_GT(rows_seen, 200U);
}

}  // namespace
}  // namespace dm::intent::netbox
