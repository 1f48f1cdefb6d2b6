#include "intent/cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "core/memory.h"
#include "core/text.h"
#include "intent/assemble.h"
#include "intent/hints.h"
#include "intent/last_good_keeper.h"
#include "intent/merge.h"
#include "metrics/limit_hit.h"

namespace dm::intent {
namespace {

constexpr auto kLongestWait = std::chrono::hours(1);  // nothing waits for ever
constexpr std::size_t kMostFindingsLogged = 20;

// A source and what is known of it. Touched by the intent thread only, but abort().
struct Kept {
  std::shared_ptr<Source> source;
  SourceReading reading;
  std::string scope;  // of reading.last_good
  core::Backoff backoff;
  core::SteadyTime due{};
  std::vector<ObjectHint> hints;  // for the next load
  bool is_loaded_once = false;  // since start or reload
  bool is_restore_tried = false;
  std::uint64_t repeats = 0;  // counted so far
};

struct Reload {
  CacheOptions options;
  std::vector<std::shared_ptr<Source>> sources;
};

std::size_t expectations_of(const model::IntentSnapshot& snapshot) {
  std::size_t count = 0;
  for (const auto& [name, device] : snapshot.devices)
    count += device->leaves.size() + device->entries.size();
  return count;
}

}  // namespace

struct IntentCache::Impl {
  // What others may touch, under the mutex.
  mutable std::mutex mutex;
  std::condition_variable changed;
  bool is_stopping = false;
  bool is_refresh_asked = false;
  bool is_loss_accepted = false;
  std::optional<Reload> next_settings;
  HintQueue hints{0};
  std::vector<std::shared_ptr<Source>> abortable;  // the sources in use
  Snapshot snapshot;

  // The intent thread's own.
  CacheOptions options;
  std::vector<Kept> sources;
  std::unique_ptr<LastGoodKeeper> keeper;
  std::set<std::string> logged_findings;
  std::mt19937_64 random{std::random_device{}()};

  const core::Clock* clock = nullptr;
  metrics::Registry* registry = nullptr;
  core::Logger* logger = nullptr;
  Publish publish;
  std::thread thread;

  void run() noexcept;
  void take_settings(Reload settings);
  void load_due(bool is_everything, bool accepts_loss, const std::vector<ObjectHint>& told);
  void load(Kept& kept, bool is_everything, bool accepts_loss);
  void count_reading(Kept& kept);
  void restore(Kept& kept, bool is_to_compare);
  void take_failure(Kept& kept, const core::Error& error);
  void take_reading(Kept& kept, Loaded loaded, bool accepts_loss);
  void publish_readings();
  void count_findings(const model::IntentSnapshot& next, const model::IntentSnapshot& earlier);
  void log_findings(const model::IntentSnapshot& next);
  core::Duration until_next_due() const;
  void wait_for_work(std::unique_lock<std::mutex>& lock, core::SteadyTime next_load);
};

void IntentCache::Impl::run() noexcept {
  std::unique_lock lock(mutex);
  while (!is_stopping) {
    if (next_settings) {
      Reload settings = std::move(*next_settings);
      next_settings.reset();
      abortable = settings.sources;
      lock.unlock();
      take_settings(std::move(settings));
      lock.lock();
      continue;
    }
    const bool is_everything = std::exchange(is_refresh_asked, false);
    const bool accepts_loss = std::exchange(is_loss_accepted, false);
    const auto told = hints.take(clock->steady_now());
    lock.unlock();
    load_due(is_everything, accepts_loss, told);
    keeper->write_due(clock->steady_now());
    const core::Duration wait = until_next_due();
    lock.lock();
    wait_for_work(lock, clock->steady_now() + wait);
  }
  lock.unlock();
  if (keeper != nullptr) keeper->flush();
}

// Until the next load is due, or one that is asked for. A hint is not yet due when it comes: more of its request follow.
void IntentCache::Impl::wait_for_work(std::unique_lock<std::mutex>& lock, core::SteadyTime next_load) {
  for (;;) {
    if (is_stopping || is_refresh_asked || next_settings) return;
    const core::SteadyTime due = std::min(next_load, hints.due().value_or(next_load));
    const core::Duration wait = due - clock->steady_now();
    if (wait <= core::Duration::zero()) return;
    changed.wait_for(lock, wait);
  }
}

// A source of the same name hands its last good reading on.
void IntentCache::Impl::take_settings(Reload settings) {
  options = std::move(settings.options);
  if (keeper == nullptr || keeper->file() != options.last_good_file)
    keeper = std::make_unique<LastGoodKeeper>(options.last_good_file, options.most_last_good_bytes, *logger, *registry);
  std::vector<Kept> next;
  for (auto& source : settings.sources) {
    Kept kept{source, {}, {}, core::Backoff(options.retry), clock->steady_now(), {}, false, false};
    kept.reading.name = source->name();
    kept.reading.is_remote = source->is_remote();
    const auto old = std::find_if(sources.begin(), sources.end(), [&kept](const Kept& other) {
      return other.reading.name == kept.reading.name;
    });
    if (old != sources.end()) {
      kept.reading = old->reading;
      kept.scope = old->scope;
    }
    next.push_back(std::move(kept));
  }
  sources = std::move(next);
}

// Hints wait while a source fails: NetBox in trouble is not asked more often for that.
void IntentCache::Impl::load_due(bool is_everything, bool accepts_loss,
                                 const std::vector<ObjectHint>& told) {
  const core::SteadyTime now = clock->steady_now();
  bool has_loaded = sources.empty();  // then there is only to say so
  for (Kept& kept : sources) {
    if (kept.reading.is_remote) kept.hints.insert(kept.hints.end(), told.begin(), told.end());
    const bool is_hinted = !kept.hints.empty() && kept.reading.error.empty();
    const bool is_due = !kept.is_loaded_once || is_everything ||
                        (kept.reading.is_remote && (now >= kept.due || is_hinted));
    if (!is_due) continue;
    load(kept, is_everything, accepts_loss);
    has_loaded = true;
  }
  {
    const std::lock_guard lock(mutex);
    if (is_stopping || next_settings) return;  // cut short: what was read is not the whole
  }
  if (has_loaded) publish_readings();
}

void IntentCache::Impl::load(Kept& kept, bool is_everything, bool accepts_loss) {
  auto loaded = kept.source->load({is_everything, std::exchange(kept.hints, {})});
  count_reading(kept);
  if (loaded) {
    kept.is_loaded_once = true;
    restore(kept, true);
    take_reading(kept, std::move(*loaded), accepts_loss);
    return;
  }
  kept.due = clock->steady_now() + std::max(kept.backoff.next(random()), kept.source->retry_after());
  if (loaded.error().code == core::Code::Cancelled) return;  // ours: stop or reload
  kept.is_loaded_once = true;
  restore(kept, false);
  take_failure(kept, loaded.error());
  registry->add(metrics::Metric::IntentLoads, 1, "failed");
  metrics::count_limit_hit(loaded.error().message, *registry);
}

void IntentCache::Impl::count_reading(Kept& kept) {
  if (!kept.reading.is_remote) return;
  const ReadingFigures figures = kept.source->figures();
  registry->set(metrics::Metric::NetBoxWatchedChanges, static_cast<double>(figures.watched_changes));
  const std::uint64_t before = std::exchange(kept.repeats, figures.repeats);
  registry->add(metrics::Metric::NetBoxRepeats, static_cast<double>(figures.repeats - before));
}

// What an earlier run read: in force while nothing can be read, and what the first reading is compared with. Another
// version may map less of the same data, which is no loss.
void IntentCache::Impl::restore(Kept& kept, bool is_to_compare) {
  SourceReading& reading = kept.reading;
  if (!reading.is_remote || reading.last_good != nullptr || std::exchange(kept.is_restore_tried, true)) return;
  auto good = keeper->restore(reading.name, kept.source->scope());
  if (!good || (is_to_compare && good->made_by != options.made_by)) return;
  reading.last_good = std::move(good->loaded);
  reading.loaded_at = good->time;
  reading.is_from_disk = true;
  kept.scope = good->scope;
  if (!is_to_compare)
    logger->warning("intent: {}: what it said before this start is used, last read at {}", reading.name,
                    core::to_rfc3339(reading.loaded_at));
}

// An unchanged error is said once.
void IntentCache::Impl::take_failure(Kept& kept, const core::Error& error) {
  if (kept.reading.error == error.message) return;
  kept.reading.error = error.message;
  for (const std::string_view line : core::split(error.message, '\n'))
    logger->error("intent: {}", line);
  logger->error("intent: {} is not read: {}", kept.reading.name,
                kept.reading.last_good != nullptr ? "its last good state stays in use"
                                                  : "there is no earlier state");
}

void IntentCache::Impl::take_reading(Kept& kept, Loaded loaded, bool accepts_loss) {
  kept.backoff.reset();
  kept.due = clock->steady_now() + std::max(options.poll_interval, loaded.rest);
  SourceReading& reading = kept.reading;
  const std::string scope = kept.source->scope();
  const bool is_comparable =
      reading.is_remote && reading.last_good != nullptr && kept.scope == scope;
  if (is_comparable && !accepts_loss) {
    if (const auto checked = check_loss(*reading.last_good, loaded, options.guard); !checked) {
      if (reading.hold.empty())
        logger->error("intent: {}: {}", reading.name, checked.error().message);
      reading.error.clear();
      reading.hold = reading.name + ": " + checked.error().message;
      registry->add(metrics::Metric::IntentLoads, 1, "held");
      return;
    }
  }
  if (!reading.error.empty() || !reading.hold.empty())
    logger->info("intent: {} is read again", reading.name);
  reading.error.clear();
  reading.hold.clear();
  reading.loaded_at = clock->wall_now();
  if (reading.last_good != nullptr) keep_unchanged(*reading.last_good, loaded);
  reading.last_good = std::make_shared<const Loaded>(std::move(loaded));
  reading.is_from_disk = false;
  kept.scope = scope;
  if (reading.is_remote)
    keeper->note({reading.name, scope, options.made_by, reading.last_good, reading.loaded_at}, clock->steady_now());
  registry->add(metrics::Metric::IntentLoads, 1, "ok");
}

void IntentCache::Impl::publish_readings() {
  std::vector<SourceReading> readings;
  for (const Kept& kept : sources) readings.push_back(kept.reading);
  Snapshot earlier;
  {
    const std::lock_guard lock(mutex);
    earlier = snapshot;
  }
  const auto next = std::make_shared<const model::IntentSnapshot>(
      assemble(readings, options.assemble, *earlier));
  {
    const std::lock_guard lock(mutex);
    snapshot = next;
  }
  const double age = std::chrono::duration<double>(next->loaded_at.time_since_epoch()).count();
  registry->set(metrics::Metric::IntentAge, age);
  registry->set(metrics::Metric::IntentExpectations, static_cast<double>(expectations_of(*next)));
  count_findings(*next, *earlier);
  log_findings(*next);
  if (next->version == earlier->version) return;
  if (next->is_usable) {
    logger->info("intent: version {}, {} devices, {} expectations", next->version,
                 next->devices.size(), expectations_of(*next));
  } else {
    logger->warning("intent: not usable, no verdict is given: {}", next->unusable_reason);
  }
  publish(next);
  core::give_back_freed_memory();  // the trees that files were parsed into are many times larger
}

void IntentCache::Impl::count_findings(const model::IntentSnapshot& next, const model::IntentSnapshot& earlier) {
  registry->set(metrics::Metric::IntentFindingsCut, static_cast<double>(next.findings_cut));
  if (next.findings_cut > 0 && next.findings_cut != earlier.findings_cut) registry->add(metrics::Metric::LimitHits, 1, "intent_findings");
  std::map<model::FindingKind, std::size_t> counts;
  for (const model::Finding& finding : next.findings) ++counts[finding.kind];
  for (const model::FindingKind kind : model::kAllFindingKinds) {
    registry->set(metrics::Metric::IntentFindings, static_cast<double>(counts[kind]), std::string(model::to_text(kind)));
  }
}

void IntentCache::Impl::log_findings(const model::IntentSnapshot& next) {
  std::set<std::string> findings;
  for (const model::Finding& finding : next.findings) findings.insert(model::to_line(finding));
  std::size_t count = 0;
  for (const std::string& finding : findings) {
    if (logged_findings.contains(finding)) continue;
    if (++count <= kMostFindingsLogged) logger->warning("intent: {}", finding);
  }
  if (count > kMostFindingsLogged)
    logger->warning("intent: and {} more findings", count - kMostFindingsLogged);
  logged_findings = std::move(findings);
}

core::Duration IntentCache::Impl::until_next_due() const {
  const core::SteadyTime now = clock->steady_now();
  core::Duration wait = kLongestWait;
  for (const Kept& kept : sources) {
    if (!kept.reading.is_remote) continue;
    wait = std::min(wait, std::max(kept.due - now, core::Duration::zero()));
  }
  if (const auto due = keeper->due()) wait = std::min(wait, std::max(*due - now, core::Duration::zero()));
  return wait;
}

IntentCache::IntentCache(CacheOptions options, std::vector<std::unique_ptr<Source>> sources,
                         const core::Clock& clock, metrics::Registry& registry,
                         core::Logger& logger, Publish publish)
    : impl_(std::make_unique<Impl>()) {
  impl_->clock = &clock;
  impl_->registry = &registry;
  impl_->logger = &logger;
  impl_->publish = std::move(publish);
  model::IntentSnapshot nothing;
  nothing.unusable_reason = "the intent is being loaded";
  impl_->snapshot = std::make_shared<const model::IntentSnapshot>(std::move(nothing));
  reload(std::move(options), std::move(sources));
}

IntentCache::~IntentCache() { stop(); }

void IntentCache::start() {
  CHECK(!impl_->thread.joinable(), "the intent cache is started once");
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

void IntentCache::stop() {
  std::vector<std::shared_ptr<Source>> sources;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->is_stopping = true;
    sources = impl_->abortable;
  }
  impl_->changed.notify_all();
  for (const auto& source : sources) source->abort();
  if (impl_->thread.joinable()) impl_->thread.join();
}

Snapshot IntentCache::current() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->snapshot;
}

void IntentCache::refresh(bool accept_loss) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->is_refresh_asked = true;
    impl_->is_loss_accepted = impl_->is_loss_accepted || accept_loss;
  }
  impl_->changed.notify_all();
}

bool IntentCache::hint(ObjectHint hint) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (!impl_->hints.add(std::move(hint), impl_->clock->steady_now())) {
      impl_->registry->add(metrics::Metric::LimitHits, 1, "netbox_hints");
      return false;
    }
  }
  impl_->changed.notify_all();
  return true;
}

void IntentCache::reload(CacheOptions options, std::vector<std::unique_ptr<Source>> sources) {
  const std::size_t most_hints = options.most_hints;
  Reload settings{std::move(options), {}};
  for (auto& source : sources) settings.sources.push_back(std::move(source));
  std::vector<std::shared_ptr<Source>> outdated;
  {
    const std::lock_guard lock(impl_->mutex);
    outdated = impl_->abortable;
    impl_->hints = HintQueue(most_hints);  // the new sources are read whole
    impl_->next_settings = std::move(settings);
  }
  impl_->changed.notify_all();
  for (const auto& source : outdated) source->abort();
}

}  // namespace dm::intent
