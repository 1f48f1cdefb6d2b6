# One warning set and one way to declare a folder of src/ or tests/.
add_library(dm_options INTERFACE)
target_include_directories(dm_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(dm_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wsuggest-override
  -Wno-missing-field-initializers  # designated initialisers leave the rest at their defaults on purpose
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>  # g++ 12 reports std::variant members that are never read
  $<$<BOOL:${DM_WERROR}>:-Werror>)
target_link_libraries(dm_options INTERFACE fmt::fmt)

# dm_library(NAME DEPS...): every .cpp of src/NAME as the static library dm_NAME.
# Third-party include directories are SYSTEM (imported targets), so their warnings are theirs.
function(dm_library name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "main\\.cpp$|_main\\.cpp$")
  list(TRANSFORM ARGN PREPEND "dm_" REGEX "^(core|model|schema|config|net|metrics|store|gnmi|observed|intent|compare|drift|outbox|webhook|fleet|api|app|cli|sim)$")
  if(sources)
    add_library(dm_${name} STATIC ${sources})
    target_link_libraries(dm_${name} PUBLIC dm_options ${ARGN})
  else()
    add_library(dm_${name} INTERFACE)
    target_link_libraries(dm_${name} INTERFACE dm_options ${ARGN})
  endif()
endfunction()

# dm_test(NAME DEPS...): every .cpp of tests/NAME as the program test_NAME, if one is a *_test.cpp.
function(dm_test name)
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*_test.cpp)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(NOT tests)
    return()
  endif()
  list(TRANSFORM ARGN PREPEND "dm_" REGEX "^(core|model|schema|config|net|metrics|store|gnmi|observed|intent|compare|drift|outbox|webhook|fleet|api|app|cli|sim)$")
  add_executable(test_${name} ${sources})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE dm_options dm_source_dir ${ARGN} GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND test_${name})
  # Far above what any of them takes, sanitizers and a busy machine included: a hang becomes a failure with a name.
  set_tests_properties(${name} PROPERTIES LABELS fast TIMEOUT 300)
endfunction()
