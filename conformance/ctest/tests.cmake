# How a test is added: one line in the CMakeLists.txt of the folder that it tests.
#
#   hcs_test(NAME stress COMMAND stress)                       a program of this folder, or
#   hcs_test(NAME pages COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/pages $<TARGET_FILE:hcs-conformance>)    a script beside it
#   hcs_test(NAME stress COMMAND stress IN test asan tsan)     in which presets; without IN, in `test`
#   hcs_test(NAME bench COMMAND bench CONFIGURATIONS Bench)    only by ctest -C Bench; Long: by conformance/test --long
#   hcs_test(NAME x COMMAND ${EXPECT} 2 "no such file" tool y) that it fails as it must, with exit code and words
#   criterion_test(test-impl test_text.c …)                    each Test() of these files is a test: impl.text.NAME; with
#                                                              sanitizers and counters all of them are one, test-impl
#
# HCS_CRITERION is off where the Criterion tests are left out: under the thread sanitizer, with which Criterion does not
# work, and in the preset `test` of a whole run, whose presets `asan` and `coverage` have them.
#
# What stands after PROPERTIES goes to set_tests_properties; TIMEOUT is 300 seconds, unless it says more. A test whose
# tools are missing fails and says so. `ctest --preset test -R NAME` runs one; labels (-L) are the top folders, and those
# that PROPERTIES LABELS gives.
set(CTEST_TOOLS ${CMAKE_SOURCE_DIR}/conformance/ctest)
set(EXPECT ${CTEST_TOOLS}/expect)
set(HCS_PRESET test CACHE STRING "Whose tests are declared: test, asan, tsan, windows, fuzz, coverage")
set_property(CACHE HCS_PRESET PROPERTY STRINGS test asan tsan windows fuzz coverage)

# What a program of the build is run by, inside the command of a test.
set(HCS_RUN "")
if(HCS_PRESET STREQUAL "windows")
    set(HCS_RUN ${CTEST_TOOLS}/under-wine)
endif()

# What stands before the command of every test of a preset.
function(hcs_launcher name output)
    set(launcher "")
    if(HCS_PRESET STREQUAL "asan")
        set(launcher ${CTEST_TOOLS}/sanitized ${CMAKE_BINARY_DIR}/reports/${name})
    elseif(HCS_PRESET STREQUAL "tsan")
        set(launcher ${CMAKE_COMMAND} -E env TSAN_OPTIONS=halt_on_error=0:exitcode=66)
    endif()
    set(${output} ${launcher} PARENT_SCOPE)
endfunction()

function(hcs_test)
    cmake_parse_arguments(TEST "" NAME "COMMAND;IN;CONFIGURATIONS;PROPERTIES" ${ARGN})
    if(TEST_UNPARSED_ARGUMENTS OR NOT TEST_NAME OR NOT TEST_COMMAND)
        message(FATAL_ERROR "hcs_test: NAME and COMMAND, not: ${ARGN}")
    endif()
    if(NOT TEST_IN)
        set(TEST_IN test)
    endif()
    if(NOT HCS_PRESET IN_LIST TEST_IN OR (NOT HCS_CRITERION AND "${CTEST_TOOLS}/criterion" IN_LIST TEST_COMMAND))
        return()
    endif()
    list(GET TEST_COMMAND 0 program)
    if(TARGET ${program})
        list(POP_FRONT TEST_COMMAND)
        list(PREPEND TEST_COMMAND ${HCS_RUN} $<TARGET_FILE:${program}>)
    endif()
    hcs_launcher(${TEST_NAME} launcher)
    if(TEST_CONFIGURATIONS)
        list(PREPEND TEST_CONFIGURATIONS CONFIGURATIONS)
    endif()
    add_test(NAME ${TEST_NAME} COMMAND ${launcher} ${TEST_COMMAND} ${TEST_CONFIGURATIONS}
        WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
    file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
    string(REGEX REPLACE "/.*" "" folder "${folder}")
    set_tests_properties(${TEST_NAME} PROPERTIES TIMEOUT 300 LABELS "${folder}" ${TEST_PROPERTIES})
    set_property(TEST ${TEST_NAME} APPEND PROPERTY LABELS ${folder})
    if(HCS_PRESET STREQUAL "windows")
        set_property(TEST ${TEST_NAME} APPEND PROPERTY RESOURCE_LOCK wine)
        if(NOT "${TEST_PROPERTIES}" MATCHES "FIXTURES_SETUP|FIXTURES_CLEANUP")
            set_property(TEST ${TEST_NAME} APPEND PROPERTY FIXTURES_REQUIRED wine)
        endif()
    endif()
    if(HCS_PRESET STREQUAL "coverage" AND NOT TEST_NAME STREQUAL "counters-zeroed")
        set_property(TEST ${TEST_NAME} APPEND PROPERTY DEPENDS counters-zeroed)
    endif()
    set_property(GLOBAL APPEND PROPERTY HCS_TEST_NAMES ${TEST_NAME})
endfunction()

# Each Test() has an entry of its own in preset `test`, found by --list when its program is built. Elsewhere a program has
# one, since each start of a program with a sanitizer or with counters takes longer than most tests.
function(criterion_entries target)
    string(REGEX REPLACE "^test-" "" prefix ${target})
    if(NOT HCS_PRESET STREQUAL "test")
        hcs_test(NAME ${target} COMMAND ${CTEST_TOOLS}/criterion all $<TARGET_FILE:${target}> --jobs 2
            IN asan coverage PROPERTIES PROCESSORS 2 TIMEOUT 1800)
        return()
    endif()
    set(entries ${CMAKE_CURRENT_BINARY_DIR}/${target}.entries.cmake)
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${target}> -DPREFIX=${prefix} -DOUTPUT=${entries}
            -P ${CTEST_TOOLS}/discover.cmake
        BYPRODUCTS ${entries} VERBATIM)
    # ctest reads this file: a program that was not built is a test that fails.
    set(include ${CMAKE_CURRENT_BINARY_DIR}/${target}.include.cmake)
    file(WRITE ${include} "if(EXISTS \"${entries}\")\n    include(\"${entries}\")\nelse()\n"
        "    add_test(${prefix}.is-not-built ${target}-is-not-built)\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include})
endfunction()

# criterion_test(NAME SOURCE…): one program of tests, each file those of one module, which spends its time in what it
# tests: the checks themselves are compiled without optimization, in half the time. It is made where it is run.
function(criterion_test name)
    add_executable(${name} ${ARGN} ${CMAKE_SOURCE_DIR}/impl/tests/early_end.c)
    target_link_libraries(${name} PRIVATE hcs_sources PkgConfig::CRITERION)
    target_compile_options(${name} PRIVATE -O0)
    target_compile_definitions(${name} PRIVATE ROOT="${CMAKE_SOURCE_DIR}")
    if(HCS_CRITERION)
        criterion_entries(${name})
    else()
        set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
endfunction()

# hcs_fuzz(NAME): what fuzz-NAME finds in half a minute, and in an hour.
function(hcs_fuzz name)
    set(fuzz ${CMAKE_SOURCE_DIR}/impl/tests/fuzz ${name} $<TARGET_FILE:fuzz-${name}> ${CMAKE_BINARY_DIR})
    hcs_test(NAME fuzz-${name} COMMAND ${fuzz} 30 IN fuzz)
    hcs_test(NAME fuzz-${name}-long COMMAND ${fuzz} 3600 IN fuzz CONFIGURATIONS Long PROPERTIES TIMEOUT 5400)
endfunction()

# After all the others of the preset `coverage`, what their processes have counted; before them, the counters are put back.
function(counted_tests)
    get_property(names GLOBAL PROPERTY HCS_TEST_NAMES)
    hcs_test(NAME counters-zeroed COMMAND ${CTEST_TOOLS}/coverage ${CMAKE_BINARY_DIR} --zero IN coverage)
    hcs_test(NAME coverage COMMAND ${CTEST_TOOLS}/coverage ${CMAKE_BINARY_DIR} IN coverage
        PROPERTIES TIMEOUT 900)
    if(HCS_PRESET STREQUAL "coverage")
        set_tests_properties(coverage PROPERTIES DEPENDS "${names};counters-zeroed")
    endif()
endfunction()

# Static analysis, of the sources as they are compiled.
foreach(folder impl sim spec conformance)
    hcs_test(NAME clang-tidy-${folder} COMMAND ${CTEST_TOOLS}/clang-tidy ${CMAKE_BINARY_DIR} ${folder}
        PROPERTIES TIMEOUT 900 LABELS analysis)
    hcs_test(NAME gcc-analyzer-${folder} COMMAND ${CTEST_TOOLS}/gcc-analyzer ${CMAKE_BINARY_DIR} ${folder}
        PROPERTIES TIMEOUT 900 LABELS analysis)
endforeach()
hcs_test(NAME cppcheck COMMAND ${CTEST_TOOLS}/cppcheck ${CMAKE_BINARY_DIR} PROPERTIES TIMEOUT 900 LABELS analysis)
