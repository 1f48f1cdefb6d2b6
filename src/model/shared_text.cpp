#include "model/shared_text.h"

namespace dm::model {

const std::string& SharedText::str() const {
  static const std::string kEmpty;
  return node_ == nullptr ? kEmpty : node_->text;
}

SharedText TextPool::shared(const SharedText& text) {
  return text.empty() ? text : *texts_.insert(text).first;
}

void TextPool::drop_unused() {
  std::erase_if(texts_, [](const SharedText& text) { return text.is_alone(); });
}

}  // namespace dm::model
