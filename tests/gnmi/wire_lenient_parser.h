// A SubscribeResponse as protobuf's own parser reads it, but without looking into strings: gnmi.proto with
// every string as bytes. Our reader takes a message apart whose strings are not UTF-8; the generated classes
// refuse it whole.
#pragma once

#include <gnmi.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/text.h"
#include "gnmi/wire_oracle.h"

namespace dm::gnmi::testing {

namespace pb = google::protobuf;

class LenientParser {
 public:
  LenientParser() {
    pb::FileDescriptorProto file;
    ::gnmi::SubscribeResponse::descriptor()->file()->CopyTo(&file);
    file.clear_dependency();
    file.clear_service();
    for (auto& message : *file.mutable_message_type()) loosen(message);
    const pb::FileDescriptor* built = pool_.BuildFile(file);
    prototype_ = factory_.GetPrototype(built->FindMessageTypeByName("SubscribeResponse"));
  }

  // False: not a SubscribeResponse. Strings that are not UTF-8 become kBadText, as long as they were.
  bool parse(const std::string& bytes, ::gnmi::SubscribeResponse& response) const {
    if (response.ParseFromString(bytes)) return true;  // nothing to be lenient about
    const std::unique_ptr<pb::Message> loose(prototype_->New());
    if (!loose->ParseFromString(bytes)) return false;
    const pb::Descriptor* type = loose->GetDescriptor();
    const pb::Reflection* reflection = loose->GetReflection();
    const pb::FieldDescriptor* field = type->FindFieldByName("extension");
    std::vector<::gnmi_ext::Extension> extensions;  // those that can be read
    for (int i = 0; i < reflection->FieldSize(*loose, field); ++i) {
      ::gnmi_ext::Extension extension;
      if (extension.ParseFromString(reflection->GetRepeatedString(*loose, field, i))) extensions.push_back(extension);
    }
    reflection->ClearField(loose.get(), field);
    mark_bad_text(*loose);
    if (!response.ParseFromString(loose->SerializeAsString())) return false;
    for (const auto& extension : extensions) *response.add_extension() = extension;
    return true;
  }

 private:
  static void loosen(pb::DescriptorProto& message) {
    message.mutable_options()->clear_map_entry();
    for (auto& nested : *message.mutable_nested_type()) loosen(nested);
    for (auto& field : *message.mutable_field()) {
      const bool is_text = field.type() == pb::FieldDescriptorProto::TYPE_STRING;
      const bool is_extension = field.type_name().find("gnmi_ext") != std::string::npos;
      if (is_text) texts_.insert(message.name() + "." + field.name());
      if (!is_text && !is_extension) continue;
      field.set_type(pb::FieldDescriptorProto::TYPE_BYTES);
      field.clear_type_name();
    }
  }

  static std::string marked(const std::string& text) {
    if (core::is_valid_utf8(text)) return text;
    std::string marker(kBadText);
    marker.resize(std::max(marker.size(), text.size()), '.');
    return marker;
  }

  static void mark_bad_text(pb::Message& message) {
    const pb::Reflection* reflection = message.GetReflection();
    std::vector<const pb::FieldDescriptor*> fields;
    reflection->ListFields(message, &fields);
    for (const pb::FieldDescriptor* field : fields) {
      const bool is_message = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE;
      const bool is_text = texts_.contains(field->containing_type()->name() + "." + field->name());
      const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
      for (int i = 0; i < count; ++i) {
        if (is_message) {
          mark_bad_text(field->is_repeated() ? *reflection->MutableRepeatedMessage(&message, field, i)
                                             : *reflection->MutableMessage(&message, field));
        } else if (is_text && field->is_repeated()) {
          reflection->SetRepeatedString(&message, field, i,
                                        marked(reflection->GetRepeatedString(message, field, i)));
        } else if (is_text) {
          reflection->SetString(&message, field, marked(reflection->GetString(message, field)));
        }
      }
    }
  }

  static inline std::set<std::string> texts_;
  pb::DescriptorPool pool_;
  pb::DynamicMessageFactory factory_{&pool_};
  const pb::Message* prototype_ = nullptr;
};

}  // namespace dm::gnmi::testing
