#include "gnmi/form_probe.h"

#include <algorithm>
#include <utility>

#include "gnmi/form_search.h"
#include "gnmi/reading.h"

namespace dm::gnmi {
namespace {

constexpr core::Duration kTurn = std::chrono::seconds(2);  // between two looks whether a connection may be begun

}  // namespace

struct FormProbe::Impl {
  Impl(net::Loop& loop, const core::Clock& clock_in, const schema::Profile& profile_in, model::PathTable& paths_in,
       const SessionSettings& settings_in, OnFound on_found_in)
      : clock(clock_in),
        profile(profile_in),
        paths(paths_in),
        settings(settings_in),
        on_found(std::move(on_found_in)),
        search(schema::form_count(profile)),
        timer(loop),
        reading(loop, clock, profile, paths, settings) {}

  void begin_pass();
  void wait_for_turn();
  void ask_next();
  void end_pass();
  void hang_up();

  const core::Clock& clock;
  const schema::Profile& profile;
  model::PathTable& paths;
  const SessionSettings& settings;
  const OnFound on_found;
  std::map<std::size_t, std::size_t> silent;
  FormSearch search;
  bool is_running = false;
  net::Timer timer;  // of the next pass, or of the turn to connect
  Reading reading;   // last: its callback uses the rest
};

void FormProbe::Impl::begin_pass() {
  search.begin(silent);
  wait_for_turn();
}

void FormProbe::Impl::wait_for_turn() {
  const bool may_dial = settings.dials == nullptr || settings.dials->take_if_free(clock.steady_now());
  if (may_dial) return ask_next();
  timer.after(kTurn, [this] { wait_for_turn(); });
}

void FormProbe::Impl::ask_next() {
  const auto question = search.next();
  if (!question) return end_pass();
  const model::Path request = schema::in_form(profile, request_of(*settings.subscription, question->path), question->form);
  reading.ask(request, true, [this, question](const CallEnd& end, const model::UpdateBatch& batch) {
    model::Path pattern = request_of(*settings.subscription, question->path);
    pattern.origin.clear();
    const bool has_leaves = std::any_of(batch.sets.begin(), batch.sets.end(), [&](const model::LeafSet& set) {
      return model::covers(pattern, paths.path(set.path));
    });
    end.code == GrpcCode::Ok ? search.answered(has_leaves) : search.failed(end);
    ask_next();
  });
}

void FormProbe::Impl::end_pass() {
  hang_up();
  timer.after(search.wait(), [this] { begin_pass(); });
  const auto found = search.found();
  on_found(found);
}

void FormProbe::Impl::hang_up() {
  timer.cancel();
  reading.hang_up();
}

FormProbe::FormProbe(net::Loop& loop, const core::Clock& clock, const schema::Profile& profile, model::PathTable& paths,
                     const SessionSettings& settings, OnFound on_found)
    : impl_(std::make_unique<Impl>(loop, clock, profile, paths, settings, std::move(on_found))) {}

FormProbe::~FormProbe() { stop(); }

void FormProbe::set_silent(std::map<std::size_t, std::size_t> silent) {
  if (silent == impl_->silent) return;
  impl_->silent = std::move(silent);
  if (!impl_->is_running) return;
  impl_->hang_up();
  if (!impl_->silent.empty()) impl_->begin_pass();
}

// A stream that begins again with the same silence is no news: the growing wait goes on.
void FormProbe::start() {
  if (std::exchange(impl_->is_running, true) || impl_->silent.empty()) return;
  if (!impl_->search.is_without_answer()) return impl_->begin_pass();
  impl_->timer.after(impl_->search.wait(), [this] { impl_->begin_pass(); });
}

void FormProbe::stop() {
  impl_->is_running = false;
  impl_->hang_up();
}

bool FormProbe::is_without_answer(std::size_t path) const {
  return impl_->silent.contains(path) && impl_->search.is_without_answer();
}

}  // namespace dm::gnmi
