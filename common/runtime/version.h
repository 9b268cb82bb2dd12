// The version of this program, and what it was built with.

#ifndef TEND_COMMON_RUNTIME_VERSION_H_
#define TEND_COMMON_RUNTIME_VERSION_H_

namespace tend {

// "0.1.0 (Release, GNU 12.2.0, x86_64)": CMake's project version, build type, compiler, processor.
extern const char kVersion[];

}  // namespace tend

#endif  // TEND_COMMON_RUNTIME_VERSION_H_
