# Every third-party library of the build, found once. Debian package names: deploy/packages.txt.
find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(rapidcheck REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(simdjson REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)

find_package(ICU REQUIRED COMPONENTS uc)
# libcsv brings no description of its own.
find_library(TEND_LIBCSV csv REQUIRED)
add_library(Tend::libcsv UNKNOWN IMPORTED)
set_target_properties(Tend::libcsv PROPERTIES IMPORTED_LOCATION ${TEND_LIBCSV})
# Neither does libphonenumber.
find_library(TEND_LIBPHONENUMBER phonenumber REQUIRED)
add_library(Tend::libphonenumber UNKNOWN IMPORTED)
set_target_properties(Tend::libphonenumber PROPERTIES IMPORTED_LOCATION ${TEND_LIBPHONENUMBER})
