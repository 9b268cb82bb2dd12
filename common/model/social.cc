#include "common/model/social.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/model/utf8.h"

namespace tend::model {
namespace {

constexpr size_t kMaxRaw = 2048;

// A profile's address taken apart. Without a host it is a bare handle.
struct Profile {
  std::string host;  // lower-case, without "www." and "mobile."
  std::vector<absl::string_view> path;
  absl::string_view bare;
};

bool LooksLikeUrl(absl::string_view text) {
  if (absl::StrContains(text, "://")) return true;
  const size_t slash = text.find('/');
  return slash != absl::string_view::npos &&
         text.substr(0, slash).find('.') != absl::string_view::npos;
}

Profile Parse(absl::string_view raw) {
  Profile profile;
  profile.bare = raw;
  if (!LooksLikeUrl(raw)) return profile;
  if (const size_t scheme = raw.find("://"); scheme != absl::string_view::npos)
    raw.remove_prefix(scheme + 3);
  raw = raw.substr(0, raw.find_first_of("?#"));
  const size_t slash = raw.find('/');
  profile.host = absl::AsciiStrToLower(raw.substr(0, slash));
  for (absl::string_view prefix : {"www.", "mobile.", "m."}) {
    if (absl::StartsWith(profile.host, prefix)) profile.host.erase(0, prefix.size());
  }
  if (slash != absl::string_view::npos) {
    profile.path = absl::StrSplit(raw.substr(slash + 1), '/', absl::SkipEmpty());
  }
  return profile;
}

std::string PercentDecoded(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() &&
                         absl::ascii_isxdigit(text[i + 1]) && absl::ascii_isxdigit(text[i + 2]);
    if (escaped) {
      absl::StrAppend(&decoded, absl::HexStringToBytes(text.substr(i + 1, 2)));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

bool HasControls(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(c); });
}

// Of a part of a URL, lower-case. Escapes stay where they hide no text.
std::string Unescaped(absl::string_view part) {
  const std::string decoded = PercentDecoded(part);
  const bool is_text = IsUtf8(decoded) && !HasControls(decoded);
  return absl::AsciiStrToLower(is_text ? absl::string_view(decoded) : part);
}

bool IsOneName(absl::string_view text) {
  return !text.empty() && text.find_first_of(" /?#@<>\"") == absl::string_view::npos;
}

bool AllOf(absl::string_view text, absl::string_view beside_alphanumeric) {
  for (char c : text) {
    if (!absl::ascii_isalnum(c) && !absl::StrContains(beside_alphanumeric, c)) return false;
  }
  return !text.empty();
}

std::string SystemOfHost(absl::string_view host, const std::vector<absl::string_view>& path) {
  if (host == "linkedin.com" || absl::EndsWith(host, ".linkedin.com")) return "linkedin";
  if (host == "x.com" || host == "twitter.com") return "x";
  if (host == "github.com") return "github";
  if (host == "xing.com") return "xing";
  if (host == "bsky.app") return "bluesky";
  const bool account = !path.empty() && (path[0].front() == '@' || path[0] == "users");
  return account ? "mastodon" : "";
}

bool LinkedIn(const Profile& profile, std::string& out) {
  absl::string_view vanity = profile.bare;
  if (!profile.host.empty()) {
    size_t at = 0;
    const auto& path = profile.path;
    while (at < path.size() && (path[at] == "comm" || path[at] == "mwlite" || path[at] == "m"))
      ++at;
    if (at + 2 < path.size() && path[at] == "sales" && path[at + 1] == "lead") {
      const absl::string_view id = path[at + 2].substr(0, path[at + 2].find(','));
      out = absl::StrCat("linkedin:lead:", id);
      return AllOf(id, "_-");
    }
    if (at + 1 >= path.size() || (path[at] != "in" && path[at] != "pub")) return false;
    vanity = path[at + 1];
  } else {
    absl::ConsumePrefix(&vanity, "in/") || absl::ConsumePrefix(&vanity, "@");
  }
  const std::string name = Unescaped(vanity);
  if (name.size() > 300 || !IsOneName(name)) return false;
  out = absl::StrCat("linkedin:in:", name);
  return true;
}

// The first part of the path, or the bare handle, without its "@".
absl::string_view Handle(const Profile& profile) {
  if (!profile.host.empty() && profile.path.empty()) return {};
  return absl::StripPrefix(profile.host.empty() ? profile.bare : profile.path[0], "@");
}

bool X(const Profile& profile, std::string& out) {
  const absl::string_view handle = Handle(profile);
  if (handle.size() > 15 || !AllOf(handle, "_")) return false;
  const std::string folded = absl::AsciiStrToLower(handle);
  for (absl::string_view page : {"i", "home", "intent", "share", "search", "hashtag"}) {
    if (folded == page) return false;
  }
  out = absl::StrCat("x:", folded);
  return true;
}

bool GitHub(const Profile& profile, std::string& out) {
  const absl::string_view handle = Handle(profile);
  if (handle.size() > 39 || !AllOf(handle, "-") || handle.front() == '-' || handle.back() == '-' ||
      absl::StrContains(handle, "--")) {
    return false;
  }
  out = absl::StrCat("github:", absl::AsciiStrToLower(handle));
  return true;
}

bool Xing(const Profile& profile, std::string& out) {
  absl::string_view name = profile.bare;
  if (!profile.host.empty()) {
    if (profile.path.size() < 2 || profile.path[0] != "profile") return false;
    name = profile.path[1];
  }
  const std::string unescaped = Unescaped(name);
  if (!IsOneName(unescaped)) return false;
  out = absl::StrCat("xing:", unescaped);
  return true;
}

bool Mastodon(const Profile& profile, std::string& out) {
  std::string user, host;
  if (!profile.host.empty()) {
    const auto& path = profile.path;
    if (path.empty()) return false;
    const bool by_users = path[0] == "users" && path.size() > 1;
    if (!by_users && path[0].front() != '@') return false;
    user = std::string(by_users ? path[1] : path[0].substr(1));
    host = profile.host;
  } else {
    absl::string_view bare = absl::StripPrefix(profile.bare, "acct:");
    absl::ConsumePrefix(&bare, "@");
    const std::vector<absl::string_view> parts = absl::StrSplit(bare, '@');
    if (parts.size() != 2) return false;
    user = absl::StrCat(parts[0]), host = absl::StrCat(parts[1]);
  }
  if (!AllOf(user, "_.-") || !AllOf(host, ".-") || !absl::StrContains(host, '.')) return false;
  out = absl::AsciiStrToLower(absl::StrCat("mastodon:", user, "@", host));
  return true;
}

// atproto's grammar of handles: at least two labels, the last one begins with a letter.
bool IsBlueskyHandle(absl::string_view handle) {
  if (handle.size() > 253) return false;
  const std::vector<absl::string_view> labels = absl::StrSplit(handle, '.');
  for (absl::string_view label : labels) {
    if (label.size() > 63 || !AllOf(label, "-") || label.front() == '-' || label.back() == '-')
      return false;
  }
  return labels.size() >= 2 && absl::ascii_isalpha(labels.back().front());
}

bool Bluesky(const Profile& profile, std::string& out) {
  absl::string_view handle = profile.bare;
  if (!profile.host.empty()) {
    if (profile.path.size() < 2 || profile.path[0] != "profile") return false;
    handle = profile.path[1];
  }
  absl::ConsumePrefix(&handle, "@");
  const bool did = absl::StartsWith(handle, "did:plc:") && AllOf(handle.substr(8), "");
  if (!did && !IsBlueskyHandle(handle)) return false;
  out = absl::AsciiStrToLower(absl::StrCat("bluesky:", handle));
  return true;
}

}  // namespace

bool NormalizeSocial(absl::string_view system, absl::string_view raw, std::string& out) {
  raw = absl::StripAsciiWhitespace(raw);
  if (raw.empty() || raw.size() > kMaxRaw || HasControls(raw)) return false;
  const Profile profile = Parse(raw);
  std::string network = absl::AsciiStrToLower(absl::StripAsciiWhitespace(system));
  if (network == "twitter") network = "x";
  const std::string by_host = SystemOfHost(profile.host, profile.path);
  if (network.empty()) network = by_host;
  if (!by_host.empty() && by_host != network) return false;
  const bool foreign = !profile.host.empty() && by_host.empty();
  if (network == "linkedin") return !foreign && LinkedIn(profile, out);
  if (network == "x") return !foreign && X(profile, out);
  if (network == "github") return !foreign && GitHub(profile, out);
  if (network == "xing") return !foreign && Xing(profile, out);
  if (network == "mastodon") return Mastodon(profile, out);
  if (network == "bluesky") return !foreign && Bluesky(profile, out);
  if (network.empty() || HasControls(network)) return false;
  out = absl::StrCat(network, ":", raw);
  return true;
}

}  // namespace tend::model
