# Under Wine: the suite with the outcomes of Linux, and targets that misbehave.
set(RUN ${HCS_RUN} ${TOOL})
hcs_test(NAME wine-prefix COMMAND ${CMAKE_CURRENT_LIST_DIR}/wine-prefix ${CMAKE_BINARY_DIR}/wine IN windows
    PROPERTIES FIXTURES_SETUP wine)
hcs_test(NAME suite-as-on-linux COMMAND ${CMAKE_CURRENT_LIST_DIR}/suite-as-on-linux ${HCS_NATIVE}/bin/hcs-conformance
    ${CMAKE_BINARY_DIR} run ${HCS_RUN} IN windows PROPERTIES TIMEOUT 1800 LABELS suite)
hcs_test(NAME suite-over-pipe-as-on-linux COMMAND ${CMAKE_CURRENT_LIST_DIR}/suite-as-on-linux
    ${HCS_NATIVE}/bin/hcs-conformance ${CMAKE_BINARY_DIR} "run --daemon computecored.exe" ${HCS_RUN} IN windows
    PROPERTIES TIMEOUT 1800 LABELS suite)
hcs_test(NAME validate-as-on-linux COMMAND ${CMAKE_CURRENT_LIST_DIR}/validate-as-on-linux
    ${HCS_NATIVE}/bin/hcs-conformance ${CMAKE_BINARY_DIR} ${HCS_RUN} IN windows)
hcs_test(NAME probe COMMAND ${RUN} probe IN windows)
hcs_test(NAME cleanup COMMAND ${RUN} cleanup IN windows)

# misbehaves(FAULT ROW OUTCOME): a target that does so gives a row that outcome.
function(misbehaves fault row outcome)
    hcs_test(NAME target-${fault} COMMAND ${CMAKE_COMMAND} -E env FAULTY_TARGET=${fault} ${EXPECT} 1 "^${outcome} *${row}"
        ${RUN} run --timeout 2 --filter ${row} --target ./faulty.dll IN windows)
endfunction()
misbehaves(crash HcsEnumerateComputeSystems.null-query crash)
misbehaves(hang HcsEnumerateComputeSystems.null-query timeout)
misbehaves(garbage HcsEnumerateComputeSystems.null-query fail)
misbehaves(twice HcsCreateOperation.callback-once-and-not-pending fail)
hcs_test(NAME target-missing COMMAND ${EXPECT} 2 "was not found" ${RUN} run --target ./nothing.dll IN windows)
hcs_test(NAME target-of-another-architecture
    COMMAND ${EXPECT} 2 "another architecture" ${RUN} run --target ../CMakeCache.txt IN windows)
