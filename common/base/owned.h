// A C library's object as an owner: freed as the library wants it freed.

#ifndef TEND_COMMON_BASE_OWNED_H_
#define TEND_COMMON_BASE_OWNED_H_

#include <memory>

namespace tend {

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

// kFree: the library's function, which takes a T*.
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, FreeWith<kFree>>;

}  // namespace tend

#endif  // TEND_COMMON_BASE_OWNED_H_
